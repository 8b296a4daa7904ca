import type { TenantKey } from '#common/tenant-key.ts';
import type { DeactivationCounts } from '../../domain/deactivation-wave.ts';

/** Deactivations of one tenant, in the collection `deactivations`. */
export interface DeactivationsDocument {
  readonly _id: TenantKey;
  /** 1 for the first counts, one more for each write. */
  readonly version: number;
  readonly counts: DeactivationCounts;
}
