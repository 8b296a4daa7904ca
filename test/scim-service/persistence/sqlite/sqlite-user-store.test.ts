import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { StoreUnavailableError, UserNameTakenError } from '#scim-service/provisioning/user-store.ts';
import { openSqliteUserStore } from '#scim-service/persistence/sqlite/sqlite-user-store.ts';
import { describeUserStore } from '#test/contracts/user-store-contract.ts';
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

describeUserStore('SQLite in a file', async () => {
  const store = openSqliteUserStore({ file: aFile() });
  return { store, close: async () => store[Symbol.dispose]() };
});

describeUserStore('SQLite in memory', async () => {
  const store = openSqliteUserStore({ file: ':memory:' });
  return { store, close: async () => store[Symbol.dispose]() };
});

describe('the file of openSqliteUserStore', () => {
  test('has everything after it was closed and opened again', async () => {
    const file = aFile();
    const user = aStoredUser({ resource: { userName: 'ann', emails: [{ value: 'ann@acme.example' }] } });
    {
      using store = openSqliteUserStore({ file });
      await store.insert(user);
    }
    using store = openSqliteUserStore({ file });
    expect(await store.findById(user.tenant, user.id)).toStrictEqual(user);
    expect((await store.find(user.tenant, { by: 'email', value: 'ann@acme.example' }, { offset: 0, limit: 1 })).totalResults).toBe(1);
    await expect(store.insert(aStoredUser({ resource: { userName: 'ANN' } }))).rejects.toThrow(UserNameTakenError);
  });

  test('has each acknowledged write though it was never closed', async () => {
    const file = aFile();
    const user = aStoredUser();
    using first = openSqliteUserStore({ file });
    await first.insert(user);
    using second = openSqliteUserStore({ file });
    expect(await second.findById(user.tenant, user.id)).toStrictEqual(user);
  });

  test('can be read and written by its owner alone', async () => {
    const file = aFile();
    using store = openSqliteUserStore({ file });
    await store.insert(aStoredUser());
    for (const name of [file, `${file}-wal`, `${file}-shm`]) expect((await stat(name)).mode & 0o777).toBe(0o600);
    expect((await stat(join(file, '..'))).mode & 0o777).toBe(0o700);
  });

  test('is refused, and left as it is, when a newer version wrote it', async () => {
    const file = aFile();
    openSqliteUserStore({ file })[Symbol.dispose]();
    alter(file, 'PRAGMA user_version = 7');
    const before = await readFile(file);
    expect(() => openSqliteUserStore({ file })).toThrow(
      `the store's file ${JSON.stringify(file)} can't be used: a newer version of this program wrote it (schema 7, this one knows up to 1); start that version`,
    );
    expect(await readFile(file)).toEqual(before);
  });

  test('is refused, and left as it is, when it is not a database', async () => {
    const file = join(folder, 'notes.txt');
    await writeFile(file, 'people: ann, bob\n'.repeat(100));
    const before = await readFile(file);
    expect(() => openSqliteUserStore({ file })).toThrow('it is not an SQLite database; name another file');
    expect(await readFile(file)).toEqual(before);
  });

  test('is refused when it is the database of another program', () => {
    const file = join(folder, 'other.sqlite');
    alter(file, 'CREATE TABLE bookmarks (url TEXT)');
    expect(() => openSqliteUserStore({ file })).toThrow('it is a database of another program; name another file');
  });

  test.each([
    ['a folder', () => folder],
    ['below a file', () => join(folder, 'plain', 'scim.sqlite')],
  ])('is refused when it is %s', async (_, name) => {
    await writeFile(join(folder, 'plain'), '');
    expect(() => openSqliteUserStore({ file: name() })).toThrow(expect.objectContaining({ code: 'unusable_store_file', file: name() }));
  });
});

describe('openSqliteUserStore', () => {
  test('answers a ping as long as it is open, and is unavailable afterwards', async () => {
    const store = openSqliteUserStore({ file: ':memory:' });
    await store.ping();
    store[Symbol.dispose]();
    store[Symbol.dispose]();
    await expect(store.ping()).rejects.toThrow(StoreUnavailableError);
    await expect(store.insert(aStoredUser())).rejects.toThrow(StoreUnavailableError);
    await expect(store.count('team-hr/acme')).rejects.toThrow(StoreUnavailableError);
  });

  test('is unavailable while another process holds the file, and works on afterwards', async () => {
    const file = aFile();
    using store = openSqliteUserStore({ file });
    const user = aStoredUser();
    await store.insert(user);
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.insert(aStoredUser())).rejects.toThrow(StoreUnavailableError);
    other.close();
    await store.insert(aStoredUser());
    expect(await store.count(user.tenant)).toBe(2);
  });

  test('does not take a second person of one id for a taken userName', async () => {
    using store = openSqliteUserStore({ file: ':memory:' });
    const user = aStoredUser({ resource: { emails: [{ value: 'a@b' }] } });
    await store.insert(user);
    await expect(store.insert(aStoredUser({ id: user.id, resource: { userName: 'other' } }))).rejects.toThrow(
      /UNIQUE constraint failed: users.id/,
    );
    expect(await store.count(user.tenant)).toBe(1);
  });
});

function alter(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}
