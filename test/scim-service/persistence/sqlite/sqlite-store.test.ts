import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { UserNameTakenError } from '#scim-service/provisioning/user-store.ts';
import { openDatabase } from '#scim-service/persistence/sqlite/open-database.ts';
import { openSqliteStore, SqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import { describeDeactivationLedger } from '#test/contracts/deactivation-ledger-contract.ts';
import { describeExistingPeople } from '#test/contracts/existing-people-contract.ts';
import { describeGroupStore } from '#test/contracts/group-store-contract.ts';
import { describeJobLeases } from '#test/contracts/job-leases-contract.ts';
import { describeUserStore, type OpenedStore } from '#test/contracts/user-store-contract.ts';
import { describeTenantRemoval } from '#test/contracts/tenant-removal-contract.ts';
import { describeUserUpkeep } from '#test/contracts/user-upkeep-contract.ts';
import { aStoredGroup } from '#test/support/a-group.ts';
import { aStoredUser } from '#test/support/a-user.ts';

let folder: string;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scim-sqlite-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function aFile(): string {
  files += 1;
  return join(folder, `made-${files}`, 'scim.sqlite');
}

async function openStore(): Promise<OpenedStore> {
  const store = openSqliteStore({ file: aFile() });
  return { store, close: async () => store[Symbol.dispose]() };
}

describeUserStore('SQLite', openStore);
describeGroupStore('SQLite', openStore);
describeExistingPeople('SQLite', openStore);
describeUserUpkeep('SQLite', openStore);
describeJobLeases('SQLite', openStore);
describeTenantRemoval('SQLite', openStore);
describeDeactivationLedger('SQLite', openStore);

describe('the file of openSqliteStore', () => {
  test('has everything after it was closed and opened again', async () => {
    const file = aFile();
    const user = aStoredUser({ resource: { userName: 'ann', emails: [{ value: 'ann@acme.example' }] } });
    {
      using store = openSqliteStore({ file });
      await store.users.insert(user);
    }
    using store = openSqliteStore({ file });
    expect(await store.users.findById(user.tenant, user.id)).toStrictEqual(user);
    expect((await store.users.find(user.tenant, { by: 'email', value: 'ann@acme.example' }, { offset: 0, limit: 1 })).totalResults).toBe(1);
    await expect(store.users.insert(aStoredUser({ resource: { userName: 'ANN' } }))).rejects.toThrow(UserNameTakenError);
  });

  test('has each acknowledged write though it was never closed', async () => {
    const file = aFile();
    const user = aStoredUser();
    using first = openSqliteStore({ file });
    await first.users.insert(user);
    using second = openSqliteStore({ file });
    expect(await second.users.findById(user.tenant, user.id)).toStrictEqual(user);
  });

  test('can be read and written by its owner alone', async () => {
    const file = aFile();
    using store = openSqliteStore({ file });
    await store.users.insert(aStoredUser());
    for (const name of [file, `${file}-wal`, `${file}-shm`]) expect((await stat(name)).mode & 0o777).toBe(0o600);
    expect((await stat(join(file, '..'))).mode & 0o777).toBe(0o700);
  });

  test('has nothing left of what was taken away, in its free space neither', async () => {
    const file = aFile();
    const title = (version: number) => `SecretTitle-${version}`.repeat(version);
    const people = Array.from({ length: 50 }, () => aStoredUser({ resource: { title: title(1) }, person: { title: title(1) } }));
    {
      using store = openSqliteStore({ file });
      for (const user of people) await store.users.insert(user);
      const longer = people.map((user) => ({ ...user, version: 2, resource: { ...user.resource, title: title(2) }, person: {} }));
      for (const user of longer) await store.users.replace(user, 1);
      const [first, ...others] = longer.map((user) => ({ ...user, resource: { userName: user.resource.userName, active: true } }));
      await store.upkeep.refresh(others);
      await store.users.remove('team-hr/acme', first?.id ?? '', 2, new Date());
    }
    expect((await readFile(file)).includes('SecretTitle')).toBe(false);
  });

  test('has whom SCIM does not see, counts and leases after it was opened again', async () => {
    const file = aFile();
    const tenant = 'team-hr/acme';
    const unlinked = { id: 'p-1', person: { login: 'ann' } };
    const [now, until] = [new Date('2026-11-24T11:00:00Z'), new Date('2026-11-24T11:01:00Z')];
    const lease = { name: 'reproject team-hr/acme', holder: 'a', rank: 2, now, until, forgetBefore: new Date(0) };
    const counts = { epoch: 1, people: 30, buckets: [{ start: 30_000, count: 2 }] };
    const retired = aStoredUser({ version: 2, person: { login: 'ann' }, deletedAt: now });
    {
      using store = openSqliteStore({ file });
      await store.existing.put(tenant, unlinked);
      await store.users.insert({ ...retired, version: 1, deletedAt: null });
      await store.users.retire(retired, 1);
      await store.deactivations.write(tenant, counts, null);
      await store.leases.take(lease);
    }
    using store = openSqliteStore({ file });
    expect(await store.existing.findByKey(tenant, 'login=ann', 10)).toEqual(
      expect.arrayContaining([
        { kind: 'unlinked', ...unlinked },
        { kind: 'retired', user: retired },
      ]),
    );
    expect(await store.deactivations.read(tenant)).toStrictEqual({ counts, version: 1 });
    expect(await store.leases.take({ ...lease, holder: 'b' })).toBe(false);
    expect(await store.leases.take({ ...lease, holder: 'b', rank: 1, now: until })).toBe(false);
    expect(await store.leases.take({ ...lease, holder: 'b', now: until })).toBe(true);
  });

  test('is refused, and left as it is, when a newer version wrote it', async () => {
    const file = aFile();
    openSqliteStore({ file })[Symbol.dispose]();
    alter(file, 'PRAGMA user_version = 7');
    const before = await readFile(file);
    expect(() => openSqliteStore({ file })).toThrow(
      `the store's file ${JSON.stringify(file)} can't be used: a newer version of this program wrote it (schema 7, this one knows up to 4); start that version`,
    );
    expect(await readFile(file)).toEqual(before);
  });

  test('is refused, and left as it is, when it is not a database', async () => {
    const file = join(folder, 'notes.txt');
    await writeFile(file, 'people: ann, bob\n'.repeat(100));
    const before = await readFile(file);
    expect(() => openSqliteStore({ file })).toThrow('it is not an SQLite database; name another file');
    expect(await readFile(file)).toEqual(before);
  });

  test('is refused when it is the database of another program', () => {
    const file = join(folder, 'other.sqlite');
    alter(file, 'CREATE TABLE bookmarks (url TEXT)');
    expect(() => openSqliteStore({ file })).toThrow('it is a database of another program; name another file');
  });

  test.each([
    ['a folder', () => folder],
    ['below a file', () => join(folder, 'plain', 'scim.sqlite')],
  ])('is refused when it is %s', async (_, name) => {
    await writeFile(join(folder, 'plain'), '');
    expect(() => openSqliteStore({ file: name() })).toThrow(expect.objectContaining({ code: 'unusable_store_file', file: name() }));
  });
});

describe('openSqliteStore', () => {
  test('answers a ping as long as it is open, and is unavailable afterwards', async () => {
    const store = openSqliteStore({ file: ':memory:' });
    await store.ping();
    store[Symbol.dispose]();
    store[Symbol.dispose]();
    await expect(store.ping()).rejects.toThrow(StoreUnavailableError);
    await expect(store.users.insert(aStoredUser())).rejects.toThrow(StoreUnavailableError);
    await expect(store.users.count('team-hr/acme')).rejects.toThrow(StoreUnavailableError);
  });

  test('is unavailable while another process holds the file, and works on afterwards', async () => {
    const file = aFile();
    using store = openSqliteStore({ file });
    const user = aStoredUser();
    await store.users.insert(user);
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.users.insert(aStoredUser())).rejects.toThrow(StoreUnavailableError);
    other.close();
    await store.users.insert(aStoredUser());
    expect(await store.users.count(user.tenant)).toBe(2);
  });

  test('does not take a second person of one id for a taken userName', async () => {
    using store = openSqliteStore({ file: ':memory:' });
    const user = aStoredUser({ resource: { emails: [{ value: 'a@b' }] } });
    await store.users.insert(user);
    await expect(store.users.insert(aStoredUser({ id: user.id, resource: { userName: 'other' } }))).rejects.toThrow(
      /UNIQUE constraint failed: users.id/,
    );
    expect(await store.users.count(user.tenant)).toBe(1);
  });

  test('does not take a person with the id of an unlinked one for a taken userName', async () => {
    using store = openSqliteStore({ file: ':memory:' });
    const user = aStoredUser();
    await store.existing.put(user.tenant, { id: user.id, person: {} });
    await expect(store.users.insert(user)).rejects.toThrow('the id is that of an unlinked person');
    expect(await store.users.count(user.tenant)).toBe(0);
  });

  test('writes of the keys of a retired person what differs', async () => {
    const database = openDatabase(':memory:');
    using store = new SqliteStore(database);
    const user = aStoredUser({ person: { a: '1', b: '2', c: '3' } });
    await store.users.insert(user);
    const retired = { ...user, version: 2, deletedAt: new Date() };
    await store.users.retire(retired, 1);
    const changes = () => Number(database.prepare('SELECT total_changes() AS changes').get()?.['changes']);
    const before = changes();
    await store.upkeep.refresh([{ ...retired, person: { a: '1', b: '2', c: '4' }, projection: 'new' }]);
    // The person, one key that goes and one that comes.
    expect(changes() - before).toBe(3);
  });

  test('writes all of a batch or nothing of it', async () => {
    const database = openDatabase(':memory:');
    using store = new SqliteStore(database);
    const users = [aStoredUser(), aStoredUser()];
    for (const user of users) await store.users.insert(user);
    database.exec(`CREATE TRIGGER broken BEFORE UPDATE ON users WHEN new.id = '${users[1]!.id}' BEGIN SELECT RAISE(ABORT, 'broken'); END`);
    await expect(store.upkeep.refresh(users.map((user) => ({ ...user, projection: 'new' })))).rejects.toThrow('broken');
    expect(await store.upkeep.countOutdated('team-hr/acme', 'new')).toBe(2);
  });
});

describe('a group with 20,000 members', () => {
  const MEMBERS = 20_000;
  const tenant = 'team-hr/large';
  const group = aStoredGroup({ tenant });
  let database: DatabaseSync;
  let store: SqliteStore;
  let newcomer: StoredUser;
  let oldest: string;

  beforeAll(async () => {
    database = openDatabase(':memory:');
    store = new SqliteStore(database);
    const people = Array.from({ length: MEMBERS }, () => aStoredUser({ tenant }));
    for (const user of people) await store.users.insert(user);
    await store.groups.insert(
      group,
      people.map(({ id }) => ({ id, type: 'User' })),
    );
    newcomer = aStoredUser({ tenant });
    await store.users.insert(newcomer);
    oldest = people[0]!.id;
  });

  afterAll(() => store[Symbol.dispose]());

  /** How many rows a write inserts, updates or deletes. */
  async function rowsWritten(write: () => Promise<unknown>): Promise<number> {
    const count = (): number => Number(database.prepare('SELECT total_changes() AS changes').get()?.['changes']);
    const before = count();
    await write();
    return count() - before;
  }

  function change(add: readonly string[], remove: readonly string[]): Promise<unknown> {
    const members = add.map((id) => ({ id, type: 'User' as const }));
    return store.groups.changeMembers(tenant, group.id, { add: members, remove }, null, new Date());
  }

  test('writes one membership and one version when a member comes or goes, and nothing when nothing changes', async () => {
    expect(await rowsWritten(() => change([newcomer.id], []))).toBe(2);
    expect(await rowsWritten(() => change([newcomer.id], []))).toBe(0);
    expect(await rowsWritten(() => change([], [oldest]))).toBe(2);
    expect(await rowsWritten(() => change([], [oldest]))).toBe(0);
    expect(await rowsWritten(() => change([oldest], [newcomer.id]))).toBe(3);
  });

  test('writes the person, the key, the membership, the version and the count when a member is retired', async () => {
    const user = (await store.users.findById(tenant, oldest))!;
    const retired = { ...user, version: 2, deletedAt: new Date() };
    expect(await rowsWritten(() => store.users.retire(retired, 1))).toBe(5);
    expect(await rowsWritten(() => store.users.revive({ ...user, version: 3 }, 2))).toBe(5);
  });

  test('writes what differs when the whole list is replaced', async () => {
    const members = await store.memberships.members(tenant, group.id, { after: null, limit: MEMBERS });
    const { version } = (await store.groups.findById(tenant, group.id))!;
    const list = [...members.slice(1), { id: newcomer.id, type: 'User' as const }];
    expect(await rowsWritten(() => store.groups.replace({ ...group, version: version + 1 }, version, list))).toBe(3);
    expect((await store.users.find(tenant, { by: 'group', value: group.id }, { offset: 0, limit: 0 })).totalResults).toBe(MEMBERS);
  });

  test('is scanned by its users in pages, all of them once', async () => {
    const seen = new Set<string>();
    let turns = 0;
    const others = setInterval(() => (turns += 1), 0);
    for await (const page of store.users.scan(tenant, { by: 'group', value: group.id }, { after: null, narrow: null })) {
      expect(page.length).toBeLessThanOrEqual(500);
      for (const { id } of page) seen.add(id);
    }
    clearInterval(others);
    expect(seen.size).toBe(MEMBERS);
    // Timers ran in between, and so would other requests.
    expect(turns).toBeGreaterThan(5);
  });
});

function alter(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}
