import type { DeactivationLedger } from './deactivation-ledger.ts';
import type { ExistingPeopleStore } from './existing-people-store.ts';
import type { GroupSearch, GroupStore, MembershipStore } from './group-store.ts';
import type { JobLeases } from './job-leases.ts';
import type { TenantRemoval } from './tenant-removal.ts';
import type { UserSearch, UserStore } from './user-store.ts';
import type { UserUpkeep } from './user-upkeep.ts';

/**
 * Keeps the people and groups of all tenants. Every method may throw StoreUnavailableError, and then nothing was written
 * that a later read would half see. A write is one atomic step, whatever it touches, and lasts once its promise resolves.
 */
export interface ScimStore extends StoreHealth {
  readonly users: UserStore & UserSearch;
  readonly groups: GroupStore & GroupSearch;
  readonly memberships: MembershipStore;
  readonly existing: ExistingPeopleStore;
  readonly deactivations: DeactivationLedger;
  readonly upkeep: UserUpkeep;
  readonly leases: JobLeases;
  readonly removal: TenantRemoval;
}

/** Says whether a store answers; separate because only readiness asks. */
interface StoreHealth {
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
