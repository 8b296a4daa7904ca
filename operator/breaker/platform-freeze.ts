import type { PlatformFreeze } from '../api/scim-tenant-status.ts';

/** Fewer are a few customers with a bad day, however few tenants there are. */
const LEAST_TENANTS = 5;
const LARGEST_SHARE = 0.1;

/** What one tenant adds to the count: it wants to trip for failures or did so within its window, is well, or isn't in service. */
export type TripWish = 'Wants' | 'Fine' | 'Off';

/** How many tenants are in service, and how many of them want to trip for failures or did so within their window. */
export interface TripWishes {
  readonly tenants: number;
  readonly wanting: number;
}

/** So many tenants fail at once that the fault is the platform's: at least 5, and more than 10 % of those in service. */
export function isPlatformFailure({ tenants, wanting }: TripWishes): boolean {
  return wanting >= LEAST_TENANTS && wanting > tenants * LARGEST_SHARE;
}

/**
 * The freeze that holds from now on; null while trips are free.
 * @param current in force, be it of a leader before: the same failure is not told twice
 * @param now RFC 3339
 */
export function nextFreeze(current: PlatformFreeze | null, wishes: TripWishes, now: string): PlatformFreeze | null {
  return isPlatformFailure(wishes) ? (current ?? { since: now, told: [] }) : null;
}

/** The earlier of two that different statuses hold of one failure, with whoever was told according to either. */
export function joinFreezes(left: PlatformFreeze | null, right: PlatformFreeze | null): PlatformFreeze | null {
  if (left === null || right === null) return left ?? right;
  const since = Date.parse(left.since) <= Date.parse(right.since) ? left.since : right.since;
  return { since, told: [...new Set([...left.told, ...right.told])].sort() };
}
