import type { TenantState } from '#common/tenant-config.ts';
import type { ScimStore } from '../provisioning/scim-store.ts';
import type { RemovalKey, RemovalRecord } from '../provisioning/tenant-removal.ts';
import type { ServedTenant } from '../tenancy/tenant-directory.ts';
import type { UpkeepNote } from '../tenancy/upkeep-note.ts';
import { deletionLease, JobLease, reprojectionLease } from './job-lease.ts';
import { runInBatches, type BatchesEnd, type BatchOutcome, type BatchParts } from './run-in-batches.ts';

/** Records at a time. The embedded store has the thread that other tenants' requests are answered on: this many hold one up for some 10 ms. */
const BATCH_SIZE = 250;
/** Milliseconds. A write that a request has given up may run in the store for the 5 s that a command is allowed. */
const LATE_WRITES = 6_000;

export interface TenantRemovalParts extends BatchParts {
  readonly store: Pick<ScimStore, 'removal' | 'leases'>;
  readonly metrics: { deletedTenantRecordsRemoved(count: number): void };
  /** Name of this start of the process. */
  readonly holder: string;
}

type Deleting = Extract<TenantState, { kind: 'Deleting' }>;

/** Null for a tenant that is not being deleted. */
export function deletionOf({ config: { state } }: ServedTenant): Deleting | null {
  return state.kind === 'Deleting' ? state : null;
}

/** Whether this pod knows that the deletion is over. */
export function isRemoved({ upkeep: { deletion: note } }: ServedTenant, { id }: Deleting): boolean {
  return note?.id === id && note.progress !== null && note.progress.finishedAt !== null;
}

/**
 * Removes all that a directory brought to a tenant that is being deleted. The record in the store tells how far it is, so it may
 * be stopped, killed, and run by two pods at once. It is over once nothing is left and nothing can come any more (`settled`);
 * until then this ends with what there is now, and the next config calls it again.
 *
 * @returns `later` also for what another pod does
 */
export async function removeTenant(
  parts: TenantRemovalParts,
  tenant: ServedTenant,
  deleting: Deleting,
  signal: AbortSignal,
): Promise<BatchesEnd> {
  const run = new RemovalRun(parts, tenant, deleting, signal);
  const end = await runInBatches(parts, { name: 'deletion', tenant: tenant.key, signal }, () => run.batch());
  return end === 'ended' && run.isElsewhere ? 'later' : end;
}

class RemovalRun {
  readonly #parts: TenantRemovalParts;
  readonly #note: UpkeepNote;
  readonly #settled: boolean;
  readonly #signal: AbortSignal;
  readonly #removal: RemovalKey;
  readonly #leases: readonly string[];
  readonly #lease: JobLease;
  #record: RemovalRecord | null = null;
  #hasWaited = false;
  isElsewhere = false;

  constructor(parts: TenantRemovalParts, { key, config, upkeep }: ServedTenant, { id, settled }: Deleting, signal: AbortSignal) {
    const { store, clock, holder } = parts;
    this.#parts = parts;
    this.#note = upkeep;
    this.#settled = settled;
    this.#signal = signal;
    this.#removal = { tenant: key, id };
    const name = deletionLease(key);
    this.#leases = [name, reprojectionLease(key)];
    this.#lease = new JobLease({ leases: store.leases, clock, holder, name, rank: config.generation });
  }

  async batch(): Promise<BatchOutcome> {
    const { store, clock, logger } = this.#parts;
    const { tenant, id } = this.#removal;
    // Before the lease, so that every pod learns what the record says.
    if (this.#record === null) this.#knows(await store.removal.begin(this.#removal, new Date(clock())));
    if (this.#isOver()) return 'end';
    this.isElsewhere = !(await this.#lease.hold());
    if (this.isElsewhere) return 'end';
    const before = this.#record?.removed ?? 0;
    if (before === 0) logger.info({ tenant, deletion: id, records: this.#record?.total }, 'people of a deleted tenant are removed');
    this.#knows(await store.removal.removeSome(this.#removal, BATCH_SIZE));
    const removed = Math.max(0, (this.#record?.removed ?? 0) - before);
    if (removed > 0) {
      this.#parts.metrics.deletedTenantRecordsRemoved(removed);
      return 'progress';
    }
    return this.#settled && !this.#isOver() ? this.#finish() : 'end';
  }

  async #finish(): Promise<BatchOutcome> {
    const { store, clock, sleep, logger } = this.#parts;
    if (!this.#hasWaited) {
      await sleep(LATE_WRITES, this.#signal);
      this.#hasWaited = true;
      // At once, since there is nothing to rest from.
      return this.#signal.aborted ? 'end' : this.batch();
    }
    const finished = await store.removal.finish(this.#removal, new Date(clock()), this.#leases);
    // Something came in the meantime: the next batch takes it.
    if (finished === null) return 'progress';
    this.#knows(finished);
    const { tenant, id } = this.#removal;
    logger.info({ tenant, deletion: id, records: finished.removed }, 'all people of a deleted tenant are removed');
    return 'end';
  }

  #isOver(): boolean {
    return this.#record !== null && this.#record.finishedAt !== null;
  }

  /** Null is no news: only a record that somebody deleted by hand is not there. */
  #knows(record: RemovalRecord | null): void {
    this.#record = record;
    if (record === null) return;
    const { startedAt, total, removed, finishedAt } = record;
    const progress = {
      startedAt: startedAt.toISOString(),
      total: Math.max(total, removed),
      removed,
      finishedAt: finishedAt?.toISOString() ?? null,
    };
    this.#note.deletion = { id: this.#removal.id, progress };
  }
}
