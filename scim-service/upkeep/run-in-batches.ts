import type { Logger } from '#common/logger.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { StoreUnavailableError } from '../provisioning/scim-store.ts';

/** Resolves after that time, or earlier when the signal aborts; never rejects. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export interface BatchParts {
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly sleep: Sleep;
}

/** `stuck`: others changed first all that it wanted to change. */
export type BatchOutcome = 'progress' | 'stuck' | 'end';

/** `later`: the store fails or others are always first; whoever waits for a turn shall have it meanwhile. */
export type BatchesEnd = 'ended' | 'later' | 'stopped';

/** Milliseconds. Longer than a batch of the embedded store takes, whose work nobody else can share the thread with. */
const LEAST_REST = 10;
const LONGEST_REST = 5_000;
/** After each failure in a row; about 15 seconds in all. */
const BACKOFFS = [250, 500, 1_000, 2_000, 4_000, 8_000];

/**
 * Runs batches until one says that it was the last, and rests after each at least as long as it took: live requests get half
 * of the time and more. Waits, and longer each time, where the store fails or others are always first.
 * @throws whatever a batch throws but StoreUnavailableError
 */
export async function runInBatches(
  { logger, clock, sleep }: BatchParts,
  job: { readonly name: string; readonly tenant: TenantKey; readonly signal: AbortSignal },
  batch: () => Promise<BatchOutcome>,
): Promise<BatchesEnd> {
  let failures = 0;
  while (!job.signal.aborted) {
    const begin = clock();
    let outcome: BatchOutcome;
    try {
      outcome = await batch();
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      logger.warn({ err: error, tenant: job.tenant, job: job.name }, 'work behind the requests waits for the store');
      outcome = 'stuck';
    }
    if (outcome === 'end') return 'ended';
    if (outcome === 'progress') {
      failures = 0;
      await sleep(Math.min(Math.max(clock() - begin, LEAST_REST), LONGEST_REST), job.signal);
    } else {
      const backoff = BACKOFFS[failures++];
      if (backoff === undefined) return 'later';
      await sleep(backoff, job.signal);
    }
  }
  return 'stopped';
}
