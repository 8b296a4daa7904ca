import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startProgram } from '../support/program.ts';
import { waitUntil } from '../support/wait-until.ts';

const LIFECYCLE = pathToFileURL(join(process.cwd(), 'common/lifecycle.ts')).href;
/** More than a pipe takes at once. */
const LONG = 300_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scim-lifecycle-'));
  const program = `
    import { connect, createServer } from 'node:net';
    import { runProgram } from '${LIFECYCLE}';
    await runProgram('failing', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      await new Promise((resolve) => connect(server.address().port, '127.0.0.1', resolve));
      throw new Error('x'.repeat(${LONG}));
    });`;
  await writeFile(join(folder, 'failing.mjs'), program);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('runProgram', () => {
  test('a fault ends the process though a connection is open, and is told whole before', async () => {
    await using program = startProgram('failing.mjs', {}, { root: `${folder}/` });
    expect(await program.exited).toBe(1);
    const line = await waitUntil(() => program.lines.find((each) => each.includes('program failed')), { what: 'the fault' });
    expect(JSON.parse(line)).toMatchObject({ level: 'fatal', program: 'failing', err: { message: 'x'.repeat(LONG) } });
  }, 30_000);
});
