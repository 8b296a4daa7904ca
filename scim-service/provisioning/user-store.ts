import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredUser } from '../domain/stored-user.ts';
import type { UserLookup } from '../domain/user-lookup.ts';

export interface UserPage {
  /** How many match in all. */
  readonly totalResults: number;
  /** Oldest first; people created in one instant are ordered by id. */
  readonly users: readonly StoredUser[];
}

/**
 * Keeps the people of all tenants. Every method may throw StoreUnavailableError, and then nothing was written that a
 * later read would half see. People whose `deletedAt` is set are invisible to `findById`, `find` and `count`.
 */
export interface UserStore {
  /** @throws UserNameTakenError when a visible person of the tenant has the userName in any case */
  insert(user: StoredUser): Promise<void>;
  /**
   * Puts `user` in the place of the stored one of the same tenant and id, whatever its `deletedAt`, if that one has
   * `expectedVersion` still. A StoredUser with `deletedAt` gives its userName free.
   * @returns false when the version is another by now, or nobody has that id; then nothing was written
   * @throws UserNameTakenError
   */
  replace(user: StoredUser, expectedVersion: number): Promise<boolean>;
  /** Deletes for good. @returns false as `replace` does */
  remove(tenant: TenantKey, id: string, expectedVersion: number): Promise<boolean>;
  findById(tenant: TenantKey, id: string): Promise<StoredUser | null>;
  /** The invisible person who had this userName last, so that a re-created one gets the same id. */
  findDeletedByUserName(tenant: TenantKey, userName: string): Promise<StoredUser | null>;
  /** @param page offset counts from 0; limit 0 asks for the total alone */
  find(tenant: TenantKey, lookup: UserLookup, page: { readonly offset: number; readonly limit: number }): Promise<UserPage>;
  count(tenant: TenantKey): Promise<number>;
}

/** Says whether a store answers; separate from UserStore because only readiness asks. */
export interface StoreHealth {
  /** @throws StoreUnavailableError */
  ping(): Promise<void>;
}

/** The store can't be reached or failed; the client shall try again (503). */
export class StoreUnavailableError extends Error {
  readonly code = 'store_unavailable';
  constructor(operation: string, cause: unknown) {
    super(`the store did not answer: ${operation}`, { cause });
    this.name = 'StoreUnavailableError';
  }
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
