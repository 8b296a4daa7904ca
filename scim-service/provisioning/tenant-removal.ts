import type { TenantKey } from '#common/tenant-key.ts';

/** One deletion of a tenant, for all pods. It outlives the tenant: whoever comes late must find that it is over. */
export interface RemovalRecord {
  readonly startedAt: Date;
  /** People, groups and memberships when it began, and how many of them are removed. */
  readonly total: number;
  readonly removed: number;
  /** Null while it goes on. */
  readonly finishedAt: Date | null;
}

/** Names one deletion: a later tenant of the same name has another id. */
export interface RemovalKey {
  readonly tenant: TenantKey;
  readonly id: string;
}

/**
 * Removes all that a directory brought: people, visible and retired, groups, memberships, the ledger of deactivations. Who is
 * unlinked stays, being the product's. A removal that is finished removes nothing any more, whoever asks and however late, so
 * that a new tenant of the same name is safe. See ScimStore for what every method promises.
 */
export interface TenantRemoval {
  /** Enters the removal, or finds the one that was entered with this id. */
  begin(removal: RemovalKey, now: Date): Promise<RemovalRecord>;
  /**
   * Removes at most `limit` people, groups or memberships in one step.
   * @returns the record afterwards, which counts none more when nothing was left; null before `begin`
   */
  removeSome(removal: RemovalKey, limit: number): Promise<RemovalRecord | null>;
  /**
   * Ends the removal and drops the tenant's other records, if nothing is left. To be called when nobody writes for the tenant any more.
   * @param leases names of the jobs whose leases go too
   * @returns the record when it is finished, be it since before; null when something is left, and before `begin`
   */
  finish(removal: RemovalKey, now: Date, leases: readonly string[]): Promise<RemovalRecord | null>;
}
