import type { DatabaseSync } from 'node:sqlite';
import type { ScimStore } from '../../provisioning/scim-store.ts';
import { openDatabase } from './open-database.ts';
import { SqliteDeactivationLedger } from './sqlite-deactivation-ledger.ts';
import { SqliteExistingPeople } from './sqlite-existing-people.ts';
import { SqliteGroupStore } from './sqlite-group-store.ts';
import { SqliteJobLeases } from './sqlite-job-leases.ts';
import { SqliteMembershipStore } from './sqlite-membership-store.ts';
import { SqliteSession } from './sqlite-session.ts';
import { SqliteTenantRemoval } from './sqlite-tenant-removal.ts';
import { SqliteUserStore } from './sqlite-user-store.ts';
import { SqliteUserUpkeep } from './sqlite-user-upkeep.ts';

/**
 * People and groups in one SQLite file, for one machine without MongoDB. A write is on the disk once its promise resolves.
 * The operations run on the calling thread, one after the other.
 * @param options.file made when it isn't there, with its folder; `:memory:` keeps nothing
 * @throws UnusableStoreFileError
 */
export function openSqliteStore(options: { readonly file: string }): ScimStore & Disposable {
  return new SqliteStore(openDatabase(options.file));
}

/** Owns the database from then on; see openSqliteStore. */
export class SqliteStore implements ScimStore, Disposable {
  readonly users: SqliteUserStore;
  readonly groups: SqliteGroupStore;
  readonly memberships: SqliteMembershipStore;
  readonly existing: SqliteExistingPeople;
  readonly deactivations: SqliteDeactivationLedger;
  readonly upkeep: SqliteUserUpkeep;
  readonly leases: SqliteJobLeases;
  readonly removal: SqliteTenantRemoval;
  readonly #session: SqliteSession;
  readonly #ping;

  constructor(database: DatabaseSync) {
    this.#session = new SqliteSession(database);
    this.users = new SqliteUserStore(database, this.#session);
    this.groups = new SqliteGroupStore(database, this.#session);
    this.memberships = new SqliteMembershipStore(database, this.#session);
    this.existing = new SqliteExistingPeople(database, this.#session);
    this.deactivations = new SqliteDeactivationLedger(database, this.#session);
    this.upkeep = new SqliteUserUpkeep(database, this.#session);
    this.leases = new SqliteJobLeases(database, this.#session);
    this.removal = new SqliteTenantRemoval(database, this.#session);
    this.#ping = database.prepare('SELECT 1 FROM users LIMIT 1');
  }

  async ping(): Promise<void> {
    this.#session.read('ping', () => this.#ping.get());
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }
}
