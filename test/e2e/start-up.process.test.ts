import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../support/free-port.ts';
import { startProgram } from '../support/program.ts';
import { writeKubeconfig } from '../support/write-kubeconfig.ts';

/** What the programs do at their start, without any server. */

/** Sends SIGTERM to the process at the moment when it begins to load what it runs. */
const SIGTERM_WHILE_LOADING = `data:text/javascript,${encodeURIComponent(
  `import { registerHooks } from 'node:module';
  registerHooks({ load(url, context, next) { if (url.endsWith('/compose.ts')) process.kill(process.pid, 'SIGTERM'); return next(url, context); } });`,
)}`;

let folder: string;
let kubeconfig: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scim-start-'));
  kubeconfig = await writeKubeconfig(folder, `http://127.0.0.1:${await freePort()}`);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('a bad environment', () => {
  const port = 'ADMIN_PORT: "90909" is not usable; write a port from 0 to 65535';
  const sender = 'MAIL_FROM is not set: SMTP_URL needs a sender, write an e-mail address such as scim@example.com';
  test.each([
    ['operator/main.ts', [port, 'EXTERNAL_URL is not set: write an absolute URL that starts with https:// or http://', sender]],
    ['scim-service/main.ts', [port, expect.stringMatching(/^MONGODB_URI is not set: write a connection string such as mongodb:/)]],
    ['standalone/main.ts', [port, sender]],
  ])(
    'ends %s with code 1, and every problem is told',
    async (script, problems) => {
      await using program = startProgram(script, { ADMIN_PORT: '90909', SMTP_URL: 'smtp://mail.example.com' }, { cwd: folder });
      expect(await program.exited).toBe(1);
      const [head, ...told] = program.lines;
      expect(head).toBe(`${script.split('/')[0]}: the environment is not usable:`);
      expect(told.map((line) => line.replace('  - ', ''))).toEqual(problems);
    },
    30_000,
  );
});

describe('SIGTERM', () => {
  test.each(['operator/main.ts', 'scim-service/main.ts', 'standalone/main.ts'])(
    'ends %s with code 0 even while it loads',
    async (script) => {
      const env = {
        KUBECONFIG: kubeconfig,
        EXTERNAL_URL: 'http://localhost',
        PORT: '0',
        ADMIN_PORT: '0',
        MONGODB_URI: 'mongodb://127.0.0.1:1/scim',
      };
      await using program = startProgram(script, { ...env, NODE_OPTIONS: `--import=${SIGTERM_WHILE_LOADING}` }, { cwd: folder });
      expect(await program.exited).toBe(0);
    },
    30_000,
  );

  test.each([
    ['operator/main.ts', /lease could not be asked for/],
    ['scim-service/main.ts', /list or watch failed/],
  ])(
    'ends %s with code 0 while the servers that it needs are away',
    async (script, trying) => {
      const mongodb = `mongodb://127.0.0.1:${await freePort()}/scim`;
      const env = { KUBECONFIG: kubeconfig, EXTERNAL_URL: 'http://localhost', MONGODB_URI: mongodb, PORT: '0', ADMIN_PORT: '0' };
      await using program = startProgram(script, env, { cwd: folder });
      await program.waitForLine(trying);
      expect(await program.stop('SIGTERM')).toBe(0);
    },
    30_000,
  );
});
