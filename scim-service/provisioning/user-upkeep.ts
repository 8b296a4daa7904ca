import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredUser } from '../domain/stored-user.ts';

/** What the work behind the requests reads and writes. See ScimStore for what every method promises. */
export interface UserUpkeep {
  /** Some of the people, retired ones too, whose `projection` is another; none when there is nobody left. */
  findOutdated(tenant: TenantKey, projection: string, limit: number): Promise<readonly StoredUser[]>;
  countOutdated(tenant: TenantKey, projection: string): Promise<number>;
  /**
   * Puts each of these, whose version is the stored one's, in the place of the one with the same tenant, id and version, and
   * leaves alone who has another by now or is no longer hidden or visible as before. Memberships and groups stay as they are.
   * @returns how many were written
   */
  refresh(users: readonly StoredUser[]): Promise<number>;
  /** Retired people whose `deletedAt` is before that time, the longest gone first. */
  findRetiredBefore(tenant: TenantKey, before: Date, limit: number): Promise<readonly StoredUser[]>;
}
