import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredUser } from '../domain/stored-user.ts';
import type { UserLookup } from '../domain/user-lookup.ts';
import type { PageRange, ScanOptions } from './store-range.ts';

export interface UserPage {
  /** How many match in all. */
  readonly totalResults: number;
  /** Oldest first; people created in one instant are ordered by id. */
  readonly users: readonly StoredUser[];
}

/**
 * Writes people and reads single ones. A person whose `deletedAt` is set is retired: invisible everywhere but to
 * `findRetiredByUserName`, and a hidden member of groups. See ScimStore for what every method promises.
 */
export interface UserStore {
  /** @throws UserNameTakenError when a visible person of the tenant has the userName in any case */
  insert(user: StoredUser): Promise<void>;
  /**
   * Puts `user` in the place of the visible one of the same tenant and id, if that one has `expectedVersion` still.
   * @returns false when the version is another by now, or nobody visible has that id; then nothing was written
   * @throws UserNameTakenError
   */
  replace(user: StoredUser, expectedVersion: number): Promise<boolean>;
  /**
   * As `replace`, with a `user` whose `deletedAt` is set: gives the userName free, hides the memberships, and gives each
   * group that the person was seen in a new version, modified at `user.lastModified`.
   */
  retire(user: StoredUser, expectedVersion: number): Promise<boolean>;
  /**
   * Puts `user`, whose `deletedAt` is null, in the place of the retired one, shows the memberships again, and gives each of
   * those groups a new version, modified at `user.lastModified`.
   * @returns false as `replace` does @throws UserNameTakenError
   */
  revive(user: StoredUser, expectedVersion: number): Promise<boolean>;
  /**
   * Deletes a person, visible or not, and all memberships for good; gives each group that they were seen in a new version.
   * @param now what those groups' `lastModified` becomes @returns false as `replace` does
   */
  remove(tenant: TenantKey, id: string, expectedVersion: number, now: Date): Promise<boolean>;
  findById(tenant: TenantKey, id: string): Promise<StoredUser | null>;
  /** The retired person who had this userName last, so that a re-created one gets the same id. */
  findRetiredByUserName(tenant: TenantKey, userName: string): Promise<StoredUser | null>;
}

/** Finds visible people, always in the order of creation. */
export interface UserSearch {
  find(tenant: TenantKey, lookup: UserLookup, page: PageRange): Promise<UserPage>;
  /** All who match, in pages of whatever size suits the store; see ScanOptions. */
  scan(tenant: TenantKey, lookup: UserLookup, options: ScanOptions): AsyncIterable<readonly StoredUser[]>;
  count(tenant: TenantKey): Promise<number>;
}

/** Another visible person of the tenant has this userName (RFC 7644 section 3.3: 409 uniqueness). */
export class UserNameTakenError extends Error {
  readonly code = 'user_name_taken';
  readonly userName: string;
  constructor(userName: string) {
    super(`userName ${JSON.stringify(userName.slice(0, 100))} is taken by another person of this tenant`);
    this.name = 'UserNameTakenError';
    this.userName = userName;
  }
}
