import type { DatabaseSync } from 'node:sqlite';
import type { TenantKey } from '#common/tenant-key.ts';
import { foldCase } from '../../scim/fold-case.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import type { UserLookup } from '../../domain/user-lookup.ts';
import type { PageRange, ScanOptions } from '../../provisioning/store-range.ts';
import { UserNameTakenError, type UserPage, type UserSearch, type UserStore } from '../../provisioning/user-store.ts';
import { prepareMembershipWrites, type MembershipWrites } from './membership-statements.ts';
import { chunksOf, isComplete, positionAfter, scanPages } from './scan-pages.ts';
import type { SqliteSession } from './sqlite-session.ts';
import { prepareUserReads, type UniqueBy, type UserReads } from './user-statements.ts';
import { UserWriter } from './user-writer.ts';

export class SqliteUserStore implements UserStore, UserSearch {
  readonly #session: SqliteSession;
  readonly #writer: UserWriter;
  readonly #reads: UserReads;
  readonly #memberships: MembershipWrites;

  constructor(database: DatabaseSync, session: SqliteSession) {
    this.#session = session;
    this.#writer = new UserWriter(database);
    this.#reads = prepareUserReads(database);
    this.#memberships = prepareMembershipWrites(database);
  }

  async insert(user: StoredUser): Promise<void> {
    this.#write('insert', user, () => this.#writer.insert(user));
  }

  async replace(user: StoredUser, expectedVersion: number): Promise<boolean> {
    return this.#write('replace', user, () => this.#writer.replace(user, expectedVersion));
  }

  async retire(user: StoredUser, expectedVersion: number): Promise<boolean> {
    return this.#write('retire', user, () => {
      if (!this.#writer.retire(user, expectedVersion)) return false;
      this.#touchGroupsOf(user.tenant, user.id, user.lastModified);
      this.#memberships.hideMember.run({ tenant: user.tenant, member_id: user.id });
      return true;
    });
  }

  async revive(user: StoredUser, expectedVersion: number): Promise<boolean> {
    return this.#write('revive', user, () => {
      if (!this.#writer.revive(user, expectedVersion)) return false;
      this.#memberships.showMember.run({ tenant: user.tenant, member_id: user.id });
      this.#touchGroupsOf(user.tenant, user.id, user.lastModified);
      return true;
    });
  }

  async remove(tenant: TenantKey, id: string, expectedVersion: number, now: Date): Promise<boolean> {
    return this.#session.write('remove', () => {
      if (!this.#writer.remove(tenant, id, expectedVersion)) return false;
      this.#touchGroupsOf(tenant, id, now);
      this.#memberships.dropMember.run({ tenant, member_id: id });
      return true;
    });
  }

  async findById(tenant: TenantKey, id: string): Promise<StoredUser | null> {
    return this.#session.read('findById', () => this.#only(tenant, 'id', id));
  }

  async findRetiredByUserName(tenant: TenantKey, userName: string): Promise<StoredUser | null> {
    return this.#session.read('findRetiredByUserName', () => this.#reads.lastRetired.first({ tenant, user_name_key: foldCase(userName) }));
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
      return scanPages(start, expected, (place) => this.#session.read('scan', () => this.#reads.allAfter.all({ tenant, ...place })));
    }
    const { by } = lookup;
    return chunksOf(
      () => this.#session.read('scan', () => this.#reads.idsAfter[by].all({ tenant, ...valueOf(lookup), ...start }).map(({ id }) => id)),
      (ids) => this.#session.read('scan', () => this.#reads.byIds.all({ tenant, ids: JSON.stringify(ids) })),
    );
  }

  async count(tenant: TenantKey): Promise<number> {
    return this.#session.read('count', () => this.#total(tenant, { by: 'all' }));
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
    return this.#reads.page[by].all({ tenant, ...valueOf(lookup), limit, offset });
  }

  #only(tenant: TenantKey, by: UniqueBy, value: string): StoredUser | null {
    return this.#reads.only[by].first({ tenant, ...valueOf({ by, value }) });
  }

  #total(tenant: TenantKey, lookup: UserLookup): number {
    return Number(this.#reads.total[lookup.by].get({ tenant, ...valueOf(lookup) })?.['total'] ?? 0);
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
