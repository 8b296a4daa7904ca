import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { aMarkedPerson } from '../support/a-marked-person.ts';
import { freePort } from '../support/free-port.ts';
import { startProgram, type Program } from '../support/program.ts';
import { createScimClient, type ScimClient } from '../support/scim-client.ts';
import { waitUntil } from '../support/wait-until.ts';
import { keepWriting } from './keep-writing.ts';

/** A changed mapping in standalone mode, whose program is killed while it brings people there. */

const PEOPLE = 600;
const TOKEN = 'standalone-token-0123456789abcdef';
const BEFORE = [
  { source: 'userName', target: 'login', required: true },
  { source: 'name.givenName', target: 'firstName' },
  { source: 'title', target: 'designation' },
];
const AFTER = [
  { source: 'userName', target: 'account.login', required: true },
  { source: 'name.givenName', target: 'firstName' },
];

let folder: string;
let program: Program;
let client: ScimClient;
let start: () => Program;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scim-killed-'));
  await mkdir(join(folder, 'data/tenants'), { recursive: true });
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'team-hr', name: 'acme-token' }, stringData: { token: TOKEN } };
  await writeFile(join(folder, 'data/tenants/secret.yaml'), stringify(secret), { mode: 0o600 });
  await writeMapping(BEFORE);
  const env = { PORT: `${await freePort()}`, ADMIN_PORT: `${await freePort()}` };
  start = () => startProgram('standalone/main.ts', env, { cwd: folder });
  program = start();
  client = createScimClient(`http://127.0.0.1:${env.PORT}/team-hr/acme/scim/v2`, TOKEN);
  await untilServed();
});

afterAll(async () => {
  await program?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('reaches everybody after another start, and no write is lost', async () => {
  const ids: string[] = [];
  for (let number = 0; number < PEOPLE; number += 1) ids.push(await create(number));
  expect((await client.send({ method: 'DELETE', path: `/Users/${ids.at(-1)}` })).status).toBe(204);
  const writing = keepWriting({
    clients: [client],
    ids: ids.slice(0, -1),
    patchOf: (value) => ({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', path: 'name.givenName', value }],
    }),
    personOf: (name) => aMarkedPerson(name.replaceAll(' ', '-'), { name: { givenName: name } }),
  });
  await waitUntil(() => writing.acknowledged() > 0, { what: 'a write' });
  await writeMapping(AFTER);
  await killInTheMiddle();
  const { names, unanswered, created } = await writing.stop();

  program = start();
  await untilServed();
  const done = await waitUntil(
    async () => {
      const { reprojection } = (await status()).sync;
      return reprojection?.state === 'Done' && reprojection;
    },
    { what: 'the end of the re-projection', timeoutMs: 60_000 },
  );
  expect(done).toMatchObject({ done: done.total, incomplete: 0 });
  expect(await program.stop()).toBe(0);

  const people = new Map(stored().map((person) => [person.id, person]));
  expect([...ids, ...created].filter((id) => !people.has(id))).toEqual([]);
  expect(new Set([...people.values()].map(({ projection }) => projection)).size).toBe(1);
  for (const { person, resource } of people.values()) {
    expect(person).toEqual({ account: { login: resource.userName }, firstName: resource.name.givenName });
    expect(resource).not.toHaveProperty('title');
  }
  expect(names.size).toBeGreaterThan(0);
  for (const [id, name] of names) expect([name, ...(unanswered.get(id) ?? [])]).toContain(people.get(id)?.person.firstName);
}, 120_000);

async function writeMapping(attributeMapping: readonly object[]): Promise<void> {
  const tenant = {
    apiVersion: 'scim-operator.dev/v1alpha1',
    kind: 'ScimTenant',
    metadata: { namespace: 'team-hr', name: 'acme' },
    spec: { tokenSecretRef: { name: 'acme-token' }, attributeMapping, rateLimit: { requestsPerSecond: 10_000, burst: 10_000 } },
  };
  await writeFile(join(folder, 'data/tenants/acme.yaml'), stringify(tenant));
}

/** While the store is locked the program stands still, and what is seen there is what it left. */
async function killInTheMiddle(): Promise<void> {
  using database = new DatabaseSync(join(folder, 'data/scim.sqlite'), { timeout: 5_000 });
  await waitUntil(
    async () => {
      database.exec('BEGIN IMMEDIATE');
      try {
        const counts = database.prepare('SELECT COUNT(*) AS people FROM users GROUP BY projection').all();
        // The few whom requests wrote by the new mapping are not the middle.
        if (counts.length < 2 || counts.some(({ people }) => Number(people) < PEOPLE / 6)) return false;
        return await program.stop('SIGKILL');
      } finally {
        database.exec('ROLLBACK');
      }
    },
    { what: 'the middle', timeoutMs: 30_000, intervalMs: 5 },
  );
}

async function create(number: number): Promise<string> {
  const answer = await client.send({ method: 'POST', path: '/Users', body: aMarkedPerson(number) });
  expect(answer.status).toBe(201);
  return answer.body.id;
}

async function untilServed(): Promise<void> {
  const serves = async (): Promise<boolean> => (await client.send({ method: 'GET', path: '/Users', query: 'count=1' })).status === 200;
  await waitUntil(serves, { what: 'the tenant in service', timeoutMs: 30_000 });
}

// oxlint-disable-next-line typescript/no-explicit-any -- a status as the program keeps it
async function status(): Promise<any> {
  return JSON.parse(await readFile(join(folder, 'data/tenants/.state/team-hr.acme.json'), 'utf8')).tenant.status;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a test looks into records freely
function stored(): { readonly id: string; readonly projection: string; readonly person: any; readonly resource: any }[] {
  using database = new DatabaseSync(join(folder, 'data/scim.sqlite'), { readOnly: true });
  const rows = database.prepare('SELECT id, projection, person, resource FROM users').all();
  return rows.map(({ id, projection, person, resource }) => ({
    id: String(id),
    projection: String(projection),
    person: JSON.parse(String(person)),
    resource: JSON.parse(String(resource)),
  }));
}
