import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TenantKey } from '#common/tenant-key.ts';
import { foldCase } from '../../scim/fold-case.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import { userKeys } from '../../domain/user-keys.ts';
import type { UserLookup } from '../../domain/user-lookup.ts';
import type { PageRange, ScanOptions } from '../../provisioning/store-range.ts';
import { UserNameTakenError, type UserPage, type UserSearch, type UserStore } from '../../provisioning/user-store.ts';
import { prepareMembershipWrites, type MembershipWrites } from './membership-statements.ts';
import { chunksOf, isComplete, positionAfter, scanPages } from './scan-pages.ts';
import type { SqliteSession } from './sqlite-session.ts';
import { fromRow, toRow } from './user-row.ts';
import { prepareUserStatements, type UniqueBy, type UserStatements } from './user-statements.ts';

export class SqliteUserStore implements UserStore, UserSearch {
  readonly #session: SqliteSession;
  readonly #statements: UserStatements;
  readonly #memberships: MembershipWrites;

  constructor(database: DatabaseSync, session: SqliteSession) {
    this.#session = session;
    this.#statements = prepareUserStatements(database);
    this.#memberships = prepareMembershipWrites(database);
  }

  async insert(user: StoredUser): Promise<void> {
    this.#write('insert', user, () => {
      this.#statements.insert.run(toRow(user));
      this.#addEmails(user, userKeys(user.resource).emails);
    });
  }

  async replace(user: StoredUser, expectedVersion: number): Promise<boolean> {
    return this.#write('replace', user, () => this.#update(this.#statements.replace, user, expectedVersion));
  }

  async retire(user: StoredUser, expectedVersion: number): Promise<boolean> {
    return this.#write('retire', user, () => {
      if (!this.#update(this.#statements.retire, user, expectedVersion)) return false;
      this.#touchGroupsOf(user.tenant, user.id, user.lastModified);
      this.#memberships.hideMember.run({ tenant: user.tenant, member_id: user.id });
      return true;
    });
  }

  async revive(user: StoredUser, expectedVersion: number): Promise<boolean> {
    return this.#write('revive', user, () => {
      if (!this.#update(this.#statements.revive, user, expectedVersion)) return false;
      this.#memberships.showMember.run({ tenant: user.tenant, member_id: user.id });
      this.#touchGroupsOf(user.tenant, user.id, user.lastModified);
      return true;
    });
  }

  async remove(tenant: TenantKey, id: string, expectedVersion: number, now: Date): Promise<boolean> {
    return this.#session.write('remove', () => {
      const { changes } = this.#statements.remove.run({ id, tenant, expected_version: expectedVersion });
      if (changes === 0) return false;
      this.#touchGroupsOf(tenant, id, now);
      this.#memberships.dropMember.run({ tenant, member_id: id });
      return true;
    });
  }

  async findById(tenant: TenantKey, id: string): Promise<StoredUser | null> {
    return this.#session.read('findById', () => this.#only(tenant, 'id', id));
  }

  async findDeletedByUserName(tenant: TenantKey, userName: string): Promise<StoredUser | null> {
    return this.#session.read('findDeletedByUserName', () => {
      const row = this.#statements.lastDeleted.get({ tenant, user_name_key: foldCase(userName) });
      return row ? fromRow(tenant, row) : null;
    });
  }

  async find(tenant: TenantKey, lookup: UserLookup, page: PageRange): Promise<UserPage> {
    return this.#session.read('find', () => {
      const users = this.#page(tenant, lookup, page);
      return { totalResults: isComplete(users, page) ? page.offset + users.length : this.#total(tenant, lookup), users };
    });
  }

  scan(tenant: TenantKey, lookup: UserLookup, { after, expected }: ScanOptions): AsyncIterable<readonly StoredUser[]> {
    const start = positionAfter(after);
    if (lookup.by === 'all') {
      return scanPages(start, expected, (place) =>
        this.#session.read('scan', () => this.#statements.allAfter.all({ tenant, ...place }).map((row) => fromRow(tenant, row))),
      );
    }
    const { by } = lookup;
    return chunksOf(
      () =>
        this.#session.read('scan', () => this.#statements.idsAfter[by].all({ tenant, ...valueOf(lookup), ...start }).map(({ id }) => id)),
      (ids) =>
        this.#session.read('scan', () =>
          this.#statements.byIds.all({ tenant, ids: JSON.stringify(ids) }).map((row) => fromRow(tenant, row)),
        ),
    );
  }

  async count(tenant: TenantKey): Promise<number> {
    return this.#session.read('count', () => this.#total(tenant, { by: 'all' }));
  }

  #update(statement: StatementSync, user: StoredUser, expectedVersion: number): boolean {
    const { changes } = statement.run({ ...toRow(user), expected_version: expectedVersion });
    if (changes === 0) return false;
    const { emails } = userKeys(user.resource);
    // What stays is left alone: most writes change no address.
    this.#statements.dropOtherEmails.run({ user_id: user.id, email_keys: JSON.stringify(emails) });
    this.#addEmails(user, emails);
    return true;
  }

  #addEmails({ tenant, id }: StoredUser, emails: readonly string[]): void {
    for (const key of emails) this.#statements.addEmail.run({ tenant, email_key: key, user_id: id });
  }

  #touchGroupsOf(tenant: TenantKey, id: string, now: Date): void {
    this.#memberships.touchGroupsOf.run({ tenant, member_id: id, now: now.getTime() });
  }

  #page(tenant: TenantKey, lookup: UserLookup, { offset, limit }: PageRange): StoredUser[] {
    const { by } = lookup;
    if (by === 'id' || by === 'userName') {
      const user = this.#only(tenant, by, lookup.value);
      return user === null || offset > 0 || limit === 0 ? [] : [user];
    }
    const rows = this.#statements.page[by].all({ tenant, ...valueOf(lookup), limit, offset });
    return rows.map((row) => fromRow(tenant, row));
  }

  #only(tenant: TenantKey, by: UniqueBy, value: string): StoredUser | null {
    const row = this.#statements.only[by].get({ tenant, ...valueOf({ by, value }) });
    return row ? fromRow(tenant, row) : null;
  }

  #total(tenant: TenantKey, lookup: UserLookup): number {
    return Number(this.#statements.total[lookup.by].get({ tenant, ...valueOf(lookup) })?.['total'] ?? 0);
  }

  #write<T>(operation: string, { resource }: StoredUser, work: () => T): T {
    return this.#session.write(operation, work, () => new UserNameTakenError(resource.userName));
  }
}

function valueOf(lookup: UserLookup): { value?: string } {
  switch (lookup.by) {
    case 'all':
      return {};
    case 'userName':
    case 'email':
      return { value: foldCase(lookup.value) };
    case 'id':
    case 'externalId':
    case 'group':
      return { value: lookup.value };
  }
}
