import type { TenantKey } from '#common/tenant-key.ts';
import type { GroupLookup } from '../domain/group-lookup.ts';
import type { Member, MemberType, StoredGroup } from '../domain/stored-group.ts';
import type { PageRange, ScanOptions } from './store-range.ts';

export interface GroupPage {
  /** How many match in all. */
  readonly totalResults: number;
  /** Oldest first; groups created in one instant are ordered by id. */
  readonly groups: readonly StoredGroup[];
}

/** Each id is in one of the lists at most. */
export interface MemberChange {
  readonly add: readonly Member[];
  readonly remove: readonly string[];
}

/**
 * Writes groups and their members, and reads single groups. Members to add are users and groups that `typesOf` knew; one
 * that is deleted in the same moment is treated as one that is deleted just afterwards. See ScimStore for what every method promises.
 */
export interface GroupStore {
  /** @throws DisplayNameTakenError when a group of the tenant has the displayName in any case */
  insert(group: StoredGroup, members: readonly Member[]): Promise<void>;
  /**
   * Puts `group` in the place of the stored one of the same tenant and id, if that one has `expectedVersion` still.
   * @param members the whole list from now on, hidden members excluded for good; null leaves it as it is
   * @returns false when the version is another by now, or there is no such group; then nothing was written
   * @throws DisplayNameTakenError
   */
  replace(group: StoredGroup, expectedVersion: number, members: readonly Member[] | null): Promise<boolean>;
  /**
   * Adds and removes members, at a cost that doesn't depend on how many there are. When that changes who is seen as a
   * member, the group gets the next version and is modified at `now`, though never earlier than it was; else it stays as it
   * is. Removing a hidden member takes effect and is no such change.
   * @param expectedVersion null for a change that is right whatever the group looks like by now
   * @returns the group as it is afterwards; `gone` when there is none, `stale` when its version is another: nothing was written
   */
  changeMembers(
    tenant: TenantKey,
    id: string,
    change: MemberChange,
    expectedVersion: number | null,
    now: Date,
  ): Promise<StoredGroup | 'gone' | 'stale'>;
  /**
   * Deletes a group and its memberships, as group and as member; gives each group that it was a member of a new version.
   * @param now what those groups' `lastModified` becomes @returns false as `replace` does
   */
  remove(tenant: TenantKey, id: string, expectedVersion: number, now: Date): Promise<boolean>;
  findById(tenant: TenantKey, id: string): Promise<StoredGroup | null>;
}

/** Finds groups, always in the order of creation. */
export interface GroupSearch {
  find(tenant: TenantKey, lookup: GroupLookup, page: PageRange): Promise<GroupPage>;
  /** All that match, in pages of whatever size suits the store; see ScanOptions. */
  scan(tenant: TenantKey, lookup: GroupLookup, options: ScanOptions): AsyncIterable<readonly StoredGroup[]>;
  count(tenant: TenantKey): Promise<number>;
}

/** One direct membership, as seen from the member. */
export interface DirectMembership {
  readonly member: string;
  readonly group: string;
  /** Of the group. */
  readonly displayName: string;
}

/** Reads memberships; hidden ones, those of retired people, are seen by nobody. */
export interface MembershipStore {
  /**
   * Direct members in the order of their ids (by code unit, which is that of any binary comparison).
   * @param options.after begins with the first id that is greater; null at the beginning
   */
  members(
    tenant: TenantKey,
    groupId: string,
    options: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly Member[]>;
  /** The groups that these users and groups are direct members of, in no particular order. */
  groupsOf(tenant: TenantKey, memberIds: readonly string[]): Promise<readonly DirectMembership[]>;
  /** What each id is; one of nobody, of a retired person or of another tenant is missing. */
  typesOf(tenant: TenantKey, ids: readonly string[]): Promise<ReadonlyMap<string, MemberType>>;
}

/** Another group of the tenant has this displayName (409 uniqueness). */
export class DisplayNameTakenError extends Error {
  readonly code = 'display_name_taken';
  readonly displayName: string;
  constructor(displayName: string) {
    super(`displayName ${JSON.stringify(displayName.slice(0, 100))} is taken by another group of this tenant`);
    this.name = 'DisplayNameTakenError';
    this.displayName = displayName;
  }
}

/** One write would make and unmake more memberships than the store can do in one step; nothing was written (413). */
export class TooManyMembersError extends Error {
  readonly code = 'too_many_members';
  constructor(memberships: number, limit: number) {
    super(`the request changes ${memberships} memberships of one group, but at most ${limit} are changed at once; send it in parts`);
    this.name = 'TooManyMembersError';
  }
}
