import { DatabaseSync } from 'node:sqlite';
import { openSqliteStore, SqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { aPerson } from './a-person.ts';
import { openStore, sqliteFile, type StoreAddress } from './open-store.ts';
import { FIRST_CREATED_AT, GROUP_IDS, idOf, TENANT } from './people.ts';

/** Inserts that are under way at once, so that a server's round trips overlap. */
const PARALLEL = 64;

/** Fills an empty store with people, a group of 100 and, where there are enough people, one of 100,000. */
export async function seed(address: StoreAddress, users: number): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const store = await openForSeeding(address, stack);
  for (let first = 0; first < users; first += PARALLEL) {
    const batch = Array.from({ length: Math.min(PARALLEL, users - first) }, (_, offset) => aPerson(first + offset));
    await Promise.all(batch.map((user) => store.users.insert(user)));
  }
  for (const [size, id] of Object.entries(GROUP_IDS)) {
    const members = Array.from({ length: Number(size) }, (_, n) => ({ id: idOf(n), type: 'User' as const }));
    const createdAt = new Date(FIRST_CREATED_AT);
    const group = {
      tenant: TENANT,
      id,
      version: 1,
      createdAt,
      lastModified: createdAt,
      resource: { displayName: `Group of ${size}` },
    } as const;
    if (users >= Number(size)) await store.groups.insert(group, members);
  }
}

/** A seeded file need not survive a loss of power, which spares one wait for the disk for each person. */
async function openForSeeding(address: StoreAddress, stack: AsyncDisposableStack): Promise<ScimStore> {
  const file = sqliteFile(address);
  if (file === null) return openStore(address, stack);
  openSqliteStore({ file })[Symbol.dispose]();
  const database = new DatabaseSync(file);
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -262144');
  return stack.use(new SqliteStore(database));
}
