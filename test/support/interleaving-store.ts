import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import { openDatabase } from '#scim-service/persistence/sqlite/open-database.ts';
import { SqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import { UserQuery } from '#scim-service/persistence/sqlite/user-query.ts';
import { USER_COLUMNS } from '#scim-service/persistence/sqlite/user-row.ts';
import type { UnlinkedPerson } from '#scim-service/provisioning/existing-people-store.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';

/**
 * SQLite in memory that lets others run before and after each operation, as a store over a network does, so that requests
 * in one test race as they would there.
 */
export class InterleavingStore implements ScimStore, Disposable {
  readonly users: ScimStore['users'];
  readonly groups: ScimStore['groups'];
  readonly memberships: ScimStore['memberships'];
  readonly existing: ScimStore['existing'];
  readonly deactivations: ScimStore['deactivations'];
  readonly upkeep: ScimStore['upkeep'];
  readonly leases: ScimStore['leases'];
  readonly removal: ScimStore['removal'];
  /** Writes that took effect. */
  writes = 0;
  readonly #database: DatabaseSync;
  readonly #store: SqliteStore;

  constructor() {
    this.#database = openDatabase(':memory:');
    this.#store = new SqliteStore(this.#database);
    const { users, groups, memberships, existing, deactivations, upkeep, leases, removal } = this.#store;
    const [read, write] = [interleave, this.#write.bind(this)];
    // Plain objects, so that a test can lay a method of its own over them.
    this.users = {
      insert: (...parameters) => write(() => users.insert(...parameters)),
      replace: (...parameters) => write(() => users.replace(...parameters)),
      retire: (...parameters) => write(() => users.retire(...parameters)),
      revive: (...parameters) => write(() => users.revive(...parameters)),
      remove: (...parameters) => write(() => users.remove(...parameters)),
      findById: (...parameters) => read(() => users.findById(...parameters)),
      findRetiredByUserName: (...parameters) => read(() => users.findRetiredByUserName(...parameters)),
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
    this.existing = {
      findByKey: (...parameters) => read(() => existing.findByKey(...parameters)),
      adopt: (...parameters) => write(() => existing.adopt(...parameters)),
      put: (...parameters) => write(() => existing.put(...parameters)),
    };
    this.deactivations = {
      read: (tenant) => read(() => deactivations.read(tenant)),
      write: (...parameters) => write(() => deactivations.write(...parameters)),
    };
    this.upkeep = {
      findOutdated: (...parameters) => read(() => upkeep.findOutdated(...parameters)),
      countOutdated: (...parameters) => read(() => upkeep.countOutdated(...parameters)),
      refresh: (users) => write(() => upkeep.refresh(users)),
      findRetiredBefore: (...parameters) => read(() => upkeep.findRetiredBefore(...parameters)),
    };
    this.leases = { take: (request) => write(() => leases.take(request)) };
    this.removal = {
      begin: (...parameters) => write(() => removal.begin(...parameters)),
      removeSome: (...parameters) => write(() => removal.removeSome(...parameters)),
      finish: (...parameters) => write(() => removal.finish(...parameters)),
    };
  }

  /** This store with some ports of another make, to fail or to lose a race. */
  with(ports: Partial<ScimStore>): ScimStore {
    const { users, groups, memberships, existing, deactivations, upkeep, leases, removal } = this;
    return { users, groups, memberships, existing, deactivations, upkeep, leases, removal, ping: () => this.ping(), ...ports };
  }

  ping(): Promise<void> {
    return interleave(() => this.#store.ping());
  }

  /** Everyone whom a directory brought, the deleted included. */
  everyone(tenant: TenantKey): StoredUser[] {
    const everyone = new UserQuery(
      this.#database,
      `SELECT ${USER_COLUMNS} FROM users AS u WHERE u.tenant = :tenant ORDER BY u.created_at, u.id`,
    );
    // Spread, because the records are read when they are asked for, and a test compares whole values.
    return everyone.all({ tenant }).map((user) => ({ ...user }));
  }

  /** Everyone whom the product has and no directory brought, in the order of their ids. */
  unlinked(tenant: TenantKey): UnlinkedPerson[] {
    return this.#database
      .prepare('SELECT id, person FROM unlinked_people WHERE tenant = ? ORDER BY id')
      .all(tenant)
      .map(({ id, person }) => ({ id: String(id), person: JSON.parse(String(person)) }));
  }

  /** All that is stored of people: rows of every table, in no order that means anything. */
  contents(): unknown {
    const tables = ['users', 'user_emails', 'unlinked_people', 'match_keys', 'memberships', 'tenant_counts', 'deactivations'];
    return tables.map((table) => [table, this.#database.prepare(`SELECT * FROM ${table}`).all()]);
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
