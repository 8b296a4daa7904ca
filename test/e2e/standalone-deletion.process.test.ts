import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '../support/free-port.ts';
import { startProgram, type Program } from '../support/program.ts';
import { createScimClient, type ScimClient } from '../support/scim-client.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A file with `tenantDeletion: Delete` that goes takes the tenant's people along, over a crash in the middle. */

const EVERYBODY = { method: 'GET', path: '/Users' };

let folder: string;
let program: Program;
let client: ScimClient;
let env: Readonly<Record<string, string>>;

const path = (...names: string[]): string => join(folder, 'data', ...names);
const tenantFile = (): string => path('tenants', 'team-hr.acme.yaml');
const start = (): Program => startProgram('standalone/main.ts', env, { cwd: folder });
const answers = (status: number): Promise<unknown> =>
  waitUntil(async () => (await client.send(EVERYBODY).catch(() => null))?.status === status, { what: `${status}`, timeoutMs: 40_000 });

function rows(table: string): number {
  const database = new DatabaseSync(path('scim.sqlite'), { readOnly: true });
  try {
    return Number(database.prepare(`SELECT count(*) AS total FROM ${table}`).get()?.['total']);
  } finally {
    database.close();
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scim-standalone-'));
  env = { PORT: `${await freePort()}`, ADMIN_PORT: `${await freePort()}` };
  program = start();
  const url = await program.waitForLine(/(http:\/\/127\.0\.0\.1:\d+\/team-hr\/acme\/scim\/v2)/);
  const secret = await readFile(path('tenants', 'team-hr.acme-scim-token.yaml'), 'utf8');
  client = createScimClient(url, /^\s+token: (\S+)$/m.exec(secret)?.[1] ?? '');
  await answers(200);
}, 60_000);

afterAll(async () => {
  await program?.stop('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

test('people go with the file, over kill -9 in the middle, and a file that comes back begins an empty tenant', async () => {
  const text = (await readFile(tenantFile(), 'utf8')).replace(/^spec:$/m, 'spec:\n  tenantDeletion: Delete');
  await writeFile(tenantFile(), text);
  const state = path('tenants', '.state', 'team-hr.acme.json');
  await waitUntil(async () => JSON.parse(await readFile(state, 'utf8')).tenant.held === true, { what: 'the tenant held' });
  const created = await client.send({
    method: 'POST',
    path: '/Users',
    body: {
      userName: 'ada@example.com',
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      emails: [{ type: 'work', value: 'ada@example.com' }],
    },
  });
  expect(created.status).toBe(201);
  expect(
    (await client.send({ method: 'POST', path: '/Groups', body: { displayName: 'All', members: [{ value: created.body.id }] } })).status,
  ).toBe(201);

  await rm(tenantFile());
  await answers(503);
  await program.stop('SIGKILL');
  program = start();
  await answers(503);
  await writeFile(tenantFile(), text);
  await answers(200);
  expect((await client.send(EVERYBODY)).body.totalResults).toBe(0);
  expect(['users', 'groups', 'memberships'].map(rows)).toEqual([0, 0, 0]);
  expect(program.lines.join('\n')).toContain('PeopleRemoved');

  await rm(tenantFile());
  await answers(401);
  await expect(readFile(state)).rejects.toThrow('ENOENT');
}, 120_000);
