import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import { openDatabase } from '#scim-service/persistence/sqlite/open-database.ts';
import { SqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import { fromRow } from '#scim-service/persistence/sqlite/user-row.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';

/**
 * SQLite in memory that lets others run before and after each operation, as a store over a network does, so that requests
 * in one test race as they would there.
 */
export class InterleavingStore implements ScimStore, Disposable {
  readonly users: ScimStore['users'];
  readonly groups: ScimStore['groups'];
  readonly memberships: ScimStore['memberships'];
  /** Writes that took effect. */
  writes = 0;
  readonly #database: DatabaseSync;
  readonly #store: SqliteStore;

  constructor() {
    this.#database = openDatabase(':memory:');
    this.#store = new SqliteStore(this.#database);
    const { users, groups, memberships } = this.#store;
    const [read, write] = [interleave, this.#write.bind(this)];
    // Plain objects, so that a test can lay a method of its own over them.
    this.users = {
      insert: (...parameters) => write(() => users.insert(...parameters)),
      replace: (...parameters) => write(() => users.replace(...parameters)),
      retire: (...parameters) => write(() => users.retire(...parameters)),
      revive: (...parameters) => write(() => users.revive(...parameters)),
      remove: (...parameters) => write(() => users.remove(...parameters)),
      findById: (...parameters) => read(() => users.findById(...parameters)),
      findDeletedByUserName: (...parameters) => read(() => users.findDeletedByUserName(...parameters)),
      find: (...parameters) => read(() => users.find(...parameters)),
      scan: (...parameters) => interleavePages(users.scan(...parameters)),
      count: (tenant) => read(() => users.count(tenant)),
    };
    this.groups = {
      insert: (...parameters) => write(() => groups.insert(...parameters)),
      replace: (...parameters) => write(() => groups.replace(...parameters)),
      changeMembers: (...parameters) => write(() => groups.changeMembers(...parameters)),
      remove: (...parameters) => write(() => groups.remove(...parameters)),
      findById: (...parameters) => read(() => groups.findById(...parameters)),
      find: (...parameters) => read(() => groups.find(...parameters)),
      scan: (...parameters) => interleavePages(groups.scan(...parameters)),
      count: (tenant) => read(() => groups.count(tenant)),
    };
    this.memberships = {
      members: (...parameters) => read(() => memberships.members(...parameters)),
      groupsOf: (...parameters) => read(() => memberships.groupsOf(...parameters)),
      typesOf: (...parameters) => read(() => memberships.typesOf(...parameters)),
    };
  }

  ping(): Promise<void> {
    return interleave(() => this.#store.ping());
  }

  /** Everyone, the deleted included. */
  everyone(tenant: TenantKey): StoredUser[] {
    return this.#database
      .prepare('SELECT * FROM users WHERE tenant = ? ORDER BY created_at, id')
      .all(tenant)
      .map((row) => fromRow(tenant, row));
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }

  #write<T>(operation: () => Promise<T>): Promise<T> {
    return interleave(async () => {
      const before = this.#changes();
      const result = await operation();
      if (this.#changes() > before) this.writes += 1;
      return result;
    });
  }

  /** Rows that were written since the store was opened; a transaction that was rolled back counts too, but throws. */
  #changes(): number {
    return Number(this.#database.prepare('SELECT total_changes() AS changes').get()?.['changes']);
  }
}

async function interleave<T>(operation: () => Promise<T>): Promise<T> {
  await setImmediate();
  const result = await operation();
  await setImmediate();
  return result;
}

async function* interleavePages<T>(pages: AsyncIterable<T>): AsyncGenerator<T> {
  await setImmediate();
  for await (const page of pages) {
    yield page;
    await setImmediate();
  }
}
