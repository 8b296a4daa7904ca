import type { DatabaseSync } from 'node:sqlite';
import type { TenantKey } from '#common/tenant-key.ts';
import { foldCase } from '../../scim/fold-case.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import { userKeys } from '../../domain/user-keys.ts';
import type { UserLookup } from '../../domain/user-lookup.ts';
import {
  StoreUnavailableError,
  UserNameTakenError,
  type StoreHealth,
  type UserPage,
  type UserStore,
} from '../../provisioning/user-store.ts';
import { openDatabase } from './open-database.ts';
import { sqliteFault } from './sqlite-fault.ts';
import { fromRow, toRow } from './user-row.ts';
import { prepareStatements, type UserStatements } from './user-statements.ts';

/**
 * People in one SQLite file, for one machine without MongoDB. A write is on the disk once its promise resolves. The
 * operations run on the calling thread, one after the other.
 * @param options.file made when it isn't there, with its folder; `:memory:` keeps nothing
 * @throws UnusableStoreFileError
 */
export function openSqliteUserStore(options: { readonly file: string }): UserStore & StoreHealth & Disposable {
  return new SqliteUserStore(openDatabase(options.file));
}

class SqliteUserStore implements UserStore, StoreHealth, Disposable {
  readonly #database: DatabaseSync;
  readonly #statements: UserStatements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareStatements(database);
  }

  async insert(user: StoredUser): Promise<void> {
    this.#write('insert', user, () => {
      this.#statements.insert.run(toRow(user));
      this.#addEmails(user);
    });
  }

  async replace(user: StoredUser, expectedVersion: number): Promise<boolean> {
    return this.#write('replace', user, () => {
      const { changes } = this.#statements.replace.run({ ...toRow(user), expected_version: expectedVersion });
      if (changes === 0) return false;
      this.#statements.dropEmails.run({ user_id: user.id });
      this.#addEmails(user);
      return true;
    });
  }

  async remove(tenant: TenantKey, id: string, expectedVersion: number): Promise<boolean> {
    return this.#run('remove', () => {
      const { changes } = this.#statements.remove.run({ id, tenant, expected_version: expectedVersion });
      return changes === 1;
    });
  }

  async findById(tenant: TenantKey, id: string): Promise<StoredUser | null> {
    return this.#run('findById', () => this.#page(tenant, { by: 'id', value: id }, { offset: 0, limit: 1 })[0] ?? null);
  }

  async findDeletedByUserName(tenant: TenantKey, userName: string): Promise<StoredUser | null> {
    return this.#run('findDeletedByUserName', () => {
      const row = this.#statements.lastDeleted.get({ tenant, user_name_key: foldCase(userName) });
      return row ? fromRow(row) : null;
    });
  }

  async find(tenant: TenantKey, lookup: UserLookup, page: { readonly offset: number; readonly limit: number }): Promise<UserPage> {
    return this.#run('find', () => ({ totalResults: this.#total(tenant, lookup), users: this.#page(tenant, lookup, page) }));
  }

  async count(tenant: TenantKey): Promise<number> {
    return this.#run('count', () => this.#total(tenant, { by: 'all' }));
  }

  async ping(): Promise<void> {
    this.#run('ping', () => this.#statements.ping.get());
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #addEmails({ tenant, id, resource }: StoredUser): void {
    for (const key of userKeys(resource).emails) this.#statements.addEmail.run({ tenant, email_key: key, user_id: id });
  }

  #page(tenant: TenantKey, lookup: UserLookup, { offset, limit }: { readonly offset: number; readonly limit: number }): StoredUser[] {
    const rows = this.#statements.page[lookup.by].all({ tenant, ...valueOf(lookup), limit, offset });
    return rows.map(fromRow);
  }

  #total(tenant: TenantKey, lookup: UserLookup): number {
    return Number(this.#statements.total[lookup.by].get({ tenant, ...valueOf(lookup) })?.['total']);
  }

  /** All of `work` or nothing of it. */
  #write<T>(operation: string, user: StoredUser, work: () => T): T {
    return this.#run(operation, () => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.#database.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw sqliteFault(error) === 'taken' ? new UserNameTakenError(user.resource.userName) : error;
      }
    });
  }

  #run<T>(operation: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      const fault = sqliteFault(error);
      // A broken constraint is a fault of this program and no reason to come back later.
      throw fault === null || fault === 'constraint' ? error : new StoreUnavailableError(operation, error);
    }
  }
}

function valueOf(lookup: UserLookup): { value?: string } {
  switch (lookup.by) {
    case 'all':
      return {};
    case 'id':
      return { value: lookup.value };
    case 'userName':
    case 'email':
      return { value: foldCase(lookup.value) };
    case 'externalId':
      return { value: lookup.value };
  }
}
