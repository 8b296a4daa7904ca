import type { TenantKey } from '#common/tenant-key.ts';
import type { RemovalRecord } from '../../provisioning/tenant-removal.ts';

/** One deletion of a tenant, in the collection `removals`. It stays, some 150 bytes, so that nobody does it again. */
export interface RemovalDocument {
  /** Of the deletion. */
  readonly _id: string;
  readonly tenant: TenantKey;
  readonly startedAt: Date;
  readonly total: number;
  readonly removed: number;
  /** Counts up with each attempt to remove some; see MongoTenantRemoval. */
  readonly steps?: number;
  /** Null while it goes on. */
  readonly finishedAt: Date | null;
}

export function fromRemovalDocument({ startedAt, total, removed, finishedAt }: RemovalDocument): RemovalRecord {
  return { startedAt, total, removed, finishedAt };
}
