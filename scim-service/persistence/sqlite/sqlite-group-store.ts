import type { DatabaseSync } from 'node:sqlite';
import type { TenantKey } from '#common/tenant-key.ts';
import { foldCase } from '../../scim/fold-case.ts';
import type { GroupLookup } from '../../domain/group-lookup.ts';
import type { Member, StoredGroup } from '../../domain/stored-group.ts';
import {
  DisplayNameTakenError,
  type GroupPage,
  type GroupSearch,
  type GroupStore,
  type MemberChange,
} from '../../provisioning/group-store.ts';
import type { PageRange, ScanOptions } from '../../provisioning/store-range.ts';
import { fromGroupRow, toGroupRow } from './group-row.ts';
import { prepareGroupStatements, type GroupStatements } from './group-statements.ts';
import { prepareMembershipWrites, type MembershipWrites } from './membership-statements.ts';
import { isComplete, positionAfter, scanPages } from './scan-pages.ts';
import type { SqliteSession } from './sqlite-session.ts';

export class SqliteGroupStore implements GroupStore, GroupSearch {
  readonly #session: SqliteSession;
  readonly #statements: GroupStatements;
  readonly #memberships: MembershipWrites;

  constructor(database: DatabaseSync, session: SqliteSession) {
    this.#session = session;
    this.#statements = prepareGroupStatements(database);
    this.#memberships = prepareMembershipWrites(database);
  }

  async insert(group: StoredGroup, members: readonly Member[]): Promise<void> {
    this.#write('insertGroup', group, () => {
      this.#statements.insert.run(toGroupRow(group));
      for (const member of members) this.#add(group.tenant, group.id, member);
    });
  }

  async replace(group: StoredGroup, expectedVersion: number, members: readonly Member[] | null): Promise<boolean> {
    const { tenant, id } = group;
    return this.#write('replaceGroup', group, () => {
      const { changes } = this.#statements.replace.run({ ...toGroupRow(group), expected_version: expectedVersion });
      if (changes === 0) return false;
      if (members === null) return true;
      this.#memberships.dropOthers.run({ tenant, group_id: id, ids: JSON.stringify(members.map((member) => member.id)) });
      for (const member of members) this.#add(tenant, id, member);
      return true;
    });
  }

  async changeMembers(
    tenant: TenantKey,
    id: string,
    { add, remove }: MemberChange,
    expectedVersion: number | null,
    now: Date,
  ): Promise<StoredGroup | 'gone' | 'stale'> {
    return this.#session.write('changeMembers', () => {
      const group = this.#byId(tenant, id);
      if (group === null) return 'gone';
      if (expectedVersion !== null && group.version !== expectedVersion) return 'stale';
      let changed = false;
      for (const member of add) changed = this.#add(tenant, id, member) || changed;
      for (const member of remove) changed = this.#drop(tenant, id, member) || changed;
      const row = changed ? this.#statements.touch.get({ tenant, id, now: now.getTime() }) : undefined;
      return row ? fromGroupRow(row) : group;
    });
  }

  async remove(tenant: TenantKey, id: string, expectedVersion: number, now: Date): Promise<boolean> {
    return this.#session.write('removeGroup', () => {
      const { changes } = this.#statements.remove.run({ tenant, id, expected_version: expectedVersion });
      if (changes === 0) return false;
      this.#memberships.dropMembersOf.run({ tenant, group_id: id });
      this.#memberships.touchGroupsOf.run({ tenant, member_id: id, now: now.getTime() });
      this.#memberships.dropMember.run({ tenant, member_id: id });
      return true;
    });
  }

  async findById(tenant: TenantKey, id: string): Promise<StoredGroup | null> {
    return this.#session.read('findGroupById', () => this.#byId(tenant, id));
  }

  async find(tenant: TenantKey, lookup: GroupLookup, page: PageRange): Promise<GroupPage> {
    return this.#session.read('findGroups', () => {
      const groups = this.#page(tenant, lookup, page);
      return { totalResults: isComplete(groups, page) ? page.offset + groups.length : this.#total(tenant, lookup), groups };
    });
  }

  scan(tenant: TenantKey, lookup: GroupLookup, { after, expected }: ScanOptions): AsyncIterable<readonly StoredGroup[]> {
    const statement = this.#statements.after[lookup.by];
    return scanPages(positionAfter(after), expected, (place) =>
      this.#session.read('scanGroups', () => statement.all({ tenant, ...valueOf(lookup), ...place }).map(fromGroupRow)),
    );
  }

  async count(tenant: TenantKey): Promise<number> {
    return this.#session.read('countGroups', () => this.#total(tenant, { by: 'all' }));
  }

  /** @returns whether somebody is seen as a member who wasn't */
  #add(tenant: TenantKey, group: string, { id, type }: Member): boolean {
    return this.#memberships.add[type].get({ tenant, group_id: group, member_id: id })?.['visible'] === 1;
  }

  /** @returns whether somebody was seen as a member */
  #drop(tenant: TenantKey, group: string, member: string): boolean {
    return this.#memberships.drop.get({ tenant, group_id: group, member_id: member })?.['visible'] === 1;
  }

  #byId(tenant: TenantKey, id: string): StoredGroup | null {
    return this.#page(tenant, { by: 'id', value: id }, { offset: 0, limit: 1 })[0] ?? null;
  }

  #page(tenant: TenantKey, lookup: GroupLookup, { offset, limit }: PageRange): StoredGroup[] {
    const rows = this.#statements.page[lookup.by].all({ tenant, ...valueOf(lookup), limit, offset });
    return rows.map(fromGroupRow);
  }

  #total(tenant: TenantKey, lookup: GroupLookup): number {
    return Number(this.#statements.total[lookup.by].get({ tenant, ...valueOf(lookup) })?.['total'] ?? 0);
  }

  #write<T>(operation: string, { resource }: StoredGroup, work: () => T): T {
    return this.#session.write(operation, work, () => new DisplayNameTakenError(resource.displayName));
  }
}

function valueOf(lookup: GroupLookup): { value?: string } {
  switch (lookup.by) {
    case 'all':
      return {};
    case 'displayName':
      return { value: foldCase(lookup.value) };
    case 'id':
    case 'externalId':
    case 'member':
      return { value: lookup.value };
  }
}
