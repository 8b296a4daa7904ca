import type { TenantKey } from '#common/tenant-key.ts';
import type { DeactivationCounts } from '../domain/deactivation-wave.ts';

export interface StoredCounts {
  readonly counts: DeactivationCounts;
  readonly version: number;
}

/** Counts of all pods together, one record for each tenant. See ScimStore for what every method promises. */
export interface DeactivationLedger {
  /** Null before the first deactivation. */
  read(tenant: TenantKey): Promise<StoredCounts | null>;
  /**
   * @param expectedVersion of the record that the counts were made of; null when there was none
   * @returns false when another was written meanwhile; then nothing was written
   */
  write(tenant: TenantKey, counts: DeactivationCounts, expectedVersion: number | null): Promise<boolean>;
}
