import type { ScimStore } from '../provisioning/scim-store.ts';
import type { ServedTenant } from '../tenancy/tenant-directory.ts';
import { runInBatches, type BatchesEnd, type BatchOutcome, type BatchParts } from './run-in-batches.ts';

/** People at a time; each is a transaction with all of their groups. */
const BATCH_SIZE = 10;

export interface RetentionParts extends BatchParts {
  readonly store: Pick<ScimStore, 'users' | 'upkeep'>;
  readonly metrics: { retiredUsersRemoved(count: number): void };
}

/**
 * Removes for good those of a tenant whom DELETE retired longer ago than its retention. Somebody who is brought back meanwhile
 * stays, and several pods may do it at once. Does nothing for a tenant that is switched off: it may have been emptied by mistake,
 * and its people have to be there when that is mended.
 */
export async function removeRetired(parts: RetentionParts, tenant: ServedTenant, signal: AbortSignal): Promise<BatchesEnd> {
  const { store, metrics, logger, clock } = parts;
  const { key, config } = tenant;
  if (!losesRetired(tenant)) return 'ended';
  let removed = 0;

  const batch = async (): Promise<BatchOutcome> => {
    const people = await store.upkeep.findRetiredBefore(key, endOfRetention(tenant, clock()), BATCH_SIZE);
    if (people.length === 0) return 'end';
    const before = removed;
    for (const { id, version } of people) {
      if (signal.aborted) break;
      if (!(await store.users.remove(key, id, version, new Date(clock())))) continue;
      removed += 1;
      metrics.retiredUsersRemoved(1);
    }
    return removed === before ? 'stuck' : 'progress';
  };
  try {
    return await runInBatches(parts, { name: 'retention', tenant: key, signal }, batch);
  } finally {
    const { retentionSeconds } = config.users;
    if (removed > 0) logger.info({ tenant: key, removed, retentionSeconds }, 'deleted people were removed at the end of their retention');
  }
}

export function losesRetired({ config }: ServedTenant): boolean {
  return config.state.kind === 'Active';
}

/** Whoever was retired before this time has been kept long enough. */
export function endOfRetention({ config }: ServedTenant, now: number): Date {
  // Longer than time has been measured is for ever, and no date.
  return new Date(Math.max(0, now - config.users.retentionSeconds * 1_000));
}
