import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import { openSqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import { aStoredGroup } from '#test/support/a-group.ts';
import { aStoredUser } from '#test/support/a-user.ts';

const [ann, bob, , , everybody] = [1, 2, 3, 4, 5].map((at) => `0b5c1d8e-0000-4000-8000-00000000000${at}`) as [
  string,
  string,
  string,
  string,
  string,
];

/** Ann as both old files have her. */
const ANN: StoredUser = {
  tenant: 'team-hr/acme',
  id: ann,
  version: 3,
  createdAt: new Date(1_000),
  lastModified: new Date(2_000),
  resource: {
    userName: 'Ann@acme.example',
    active: true,
    externalId: 'e-1',
    emails: [{ type: 'work', value: 'Ann@work.example' }],
  },
  person: { login: 'Ann@acme.example' },
  defaults: {},
  own: {},
  projection: '',
  deletedAt: null,
};

const BOB: StoredUser = {
  tenant: 'team-hr/acme',
  id: bob,
  version: 2,
  createdAt: new Date(1_500),
  lastModified: new Date(2_500),
  resource: { userName: 'bob@acme.example', active: false },
  person: { login: 'bob@acme.example' },
  defaults: {},
  own: {},
  projection: '',
  deletedAt: new Date(2_500),
};

let folder: string;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scim-sqlite-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function anOldFile(schema: 1 | 2 | 3): Promise<string> {
  const file = join(folder, `old-${(files += 1)}.sqlite`);
  alter(file, await readFile(new URL(`../../../fixtures/sqlite/schema-${schema}.sql`, import.meta.url), 'utf8'));
  return file;
}

function alter(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

describe.each([1, 2] as const)('a file of schema %i', (schema) => {
  test('keeps its people, visible and deleted, and counts them', async () => {
    const file = await anOldFile(schema);
    for (let time = 0; time < 2; time += 1) {
      using store = openSqliteStore({ file });
      const found = await store.users.find('team-hr/acme', { by: 'email', value: 'ANN@work.example' }, { offset: 0, limit: 10 });
      expect(found).toStrictEqual({ totalResults: 1, users: [ANN] });
      expect(await store.users.findRetiredByUserName('team-hr/acme', 'BOB@acme.example')).toStrictEqual(BOB);
      expect([await store.users.count('team-hr/acme'), await store.users.count('team-hr/globex')]).toEqual([1, 1]);
      expect(await store.groups.count('team-hr/acme')).toBe(schema - 1);
    }
  });

  test('takes groups from then on, and its people as members', async () => {
    using store = openSqliteStore({ file: await anOldFile(schema) });
    const group = aStoredGroup();
    await store.groups.insert(group, [{ id: ann, type: 'User' }]);
    await store.users.revive({ ...BOB, version: 3, deletedAt: null }, 2);
    await store.groups.changeMembers(group.tenant, group.id, { add: [{ id: bob, type: 'User' }], remove: [] }, null, new Date());
    expect(await store.memberships.members(group.tenant, group.id, { after: null, limit: 10 })).toEqual([
      { id: ann, type: 'User' },
      { id: bob, type: 'User' },
    ]);
    expect([await store.users.count('team-hr/acme'), await store.groups.count('team-hr/acme')]).toEqual([2, schema]);
  });

  test('has people of no projection, of whom those deleted are found by their record once they are brought to one', async () => {
    using store = openSqliteStore({ file: await anOldFile(schema) });
    const outdated = await store.upkeep.findOutdated('team-hr/acme', '0123456789abcdef', 10);
    expect(new Set(outdated)).toEqual(new Set([ANN, BOB]));
    expect(await store.existing.findByKey('team-hr/acme', 'login=bob@acme.example', 10)).toEqual([]);
    const refreshed = outdated.map((user) => ({ ...user, projection: '0123456789abcdef' }));
    expect(await store.upkeep.refresh(refreshed)).toBe(2);
    expect(await store.existing.findByKey('team-hr/acme', 'login=bob@acme.example', 10)).toStrictEqual([
      { kind: 'retired', user: { ...BOB, projection: '0123456789abcdef' } },
    ]);
    expect(await store.existing.findByKey('team-hr/acme', 'login=ann@acme.example', 10)).toEqual([]);
    expect(await store.upkeep.countOutdated('team-hr/acme', '0123456789abcdef')).toBe(0);
  });

  test('takes unlinked people from then on', async () => {
    using store = openSqliteStore({ file: await anOldFile(schema) });
    expect(await store.existing.put('team-hr/acme', { id: ann, person: {} })).toBe('linked');
    expect(await store.existing.put('team-hr/acme', { id: 'p-1', person: { login: 'cid' } })).toBe('created');
    expect(await store.existing.adopt(aStoredUser({ id: 'p-1' }), { login: 'cid' })).toBe(true);
    expect(await store.users.count('team-hr/acme')).toBe(2);
  });
});

test('a file of schema 1 is left as it is when it can not be brought to the new schema', async () => {
  const file = await anOldFile(1);
  alter(file, 'CREATE TABLE memberships (something TEXT)');
  expect(() => openSqliteStore({ file })).toThrow(/can't be used: table memberships already exists/);
  alter(file, 'DROP TABLE memberships');
  using store = openSqliteStore({ file });
  expect(await store.users.count('team-hr/acme')).toBe(1);
});

test('a file of schema 2 is left as it is when it can not be brought to the new schema', async () => {
  const file = await anOldFile(2);
  alter(file, 'CREATE TABLE leases (something TEXT)');
  expect(() => openSqliteStore({ file })).toThrow(/can't be used: table leases already exists/);
  alter(file, 'DROP TABLE leases');
  using store = openSqliteStore({ file });
  expect(await store.users.findById('team-hr/acme', ann)).toStrictEqual(ANN);
});

test('a file of schema 2 keeps its groups, with members who are seen and who are hidden', async () => {
  using store = openSqliteStore({ file: await anOldFile(2) });
  expect(await store.groups.findById('team-hr/acme', everybody)).toStrictEqual({
    tenant: 'team-hr/acme',
    id: everybody,
    version: 4,
    createdAt: new Date(1_200),
    lastModified: new Date(2_500),
    resource: { displayName: 'Everybody', externalId: 'g-1' },
  });
  const members = () => store.memberships.members('team-hr/acme', everybody, { after: null, limit: 10 });
  expect(await members()).toEqual([{ id: ann, type: 'User' }]);
  await store.users.revive({ ...BOB, version: 3, deletedAt: null }, 2);
  expect(await members()).toEqual([
    { id: ann, type: 'User' },
    { id: bob, type: 'User' },
  ]);
});

test('a file of schema 3 keeps its unlinked people, ledger and leases, and takes the removal of a tenant from then on', async () => {
  using store = openSqliteStore({ file: await anOldFile(3) });
  const cid = await store.existing.findByKey('team-hr/acme', 'login=cid', 10);
  expect(cid).toEqual([{ kind: 'unlinked', id: 'p-1', person: { login: 'cid' } }]);
  expect(await store.deactivations.read('team-hr/acme')).toMatchObject({ version: 2, counts: { people: 2 } });
  const take = { name: 'reproject team-hr/acme', holder: 'pod-b', rank: 3, until: new Date(60_000), forgetBefore: new Date(0) };
  expect(await store.leases.take({ ...take, now: new Date(3_000) })).toBe(false);

  const removal = { tenant: 'team-hr/acme', id: 'uid-1' } as const;
  expect(await store.removal.begin(removal, new Date(5_000))).toMatchObject({ total: 5 });
  expect(await store.removal.removeSome(removal, 100)).toMatchObject({ removed: 5 });
  expect(await store.removal.finish(removal, new Date(6_000), [take.name])).toMatchObject({ finishedAt: new Date(6_000) });
  expect(await store.existing.findByKey('team-hr/acme', 'login=cid', 10)).toEqual(cid);
  expect([await store.users.count('team-hr/acme'), await store.users.count('team-hr/globex')]).toEqual([0, 1]);
  expect(await store.leases.take({ ...take, now: new Date(3_000) })).toBe(true);
});
