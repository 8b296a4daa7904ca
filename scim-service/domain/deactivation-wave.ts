import { DEACTIVATIONS_AT_LEAST, type DeactivationLimit } from '#common/tenant-config.ts';

/** Deactivations of one tenant and one breaker epoch. */
export interface DeactivationCounts {
  readonly epoch: number;
  /** The most people whom the tenant had when one of the window's buckets began. */
  readonly people: number;
  /** Oldest first; `start` in milliseconds since 1970, a multiple of BUCKET_MILLISECONDS. */
  readonly buckets: readonly { readonly start: number; readonly count: number }[];
}

export interface Wave {
  /** Within the window, the one that is asked for included. */
  readonly deactivations: number;
  readonly limit: number;
  readonly people: number;
}

/** A window of 2 hours has 240 of them. */
const BUCKET_MILLISECONDS = 30_000;

interface Moment {
  readonly epoch: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly windowMilliseconds: number;
}

/** The counts that still matter; null when none do, and the next deactivation begins a window. */
export function currentCounts(counts: DeactivationCounts | null, { epoch, now, windowMilliseconds }: Moment): DeactivationCounts | null {
  if (counts === null || counts.epoch !== epoch) return null;
  const buckets = counts.buckets.filter(({ start }) => start + BUCKET_MILLISECONDS > now - windowMilliseconds);
  return buckets.length === 0 ? null : { ...counts, buckets };
}

/** Adds a deactivation to counts that `currentCounts` gave, or to new ones with nobody in them. */
export function addDeactivation(counts: DeactivationCounts, now: number): DeactivationCounts {
  const start = Math.floor(now / BUCKET_MILLISECONDS) * BUCKET_MILLISECONDS;
  const last = counts.buckets.at(-1);
  // A clock of another pod that is ahead: the bucket that is there takes it.
  if (last && last.start >= start) {
    return { ...counts, buckets: [...counts.buckets.slice(0, -1), { start: last.start, count: last.count + 1 }] };
  }
  return { ...counts, buckets: [...counts.buckets, { start, count: 1 }] };
}

/** The wave that these counts are, the last deactivation included; null while they are within the limit. */
export function waveOf({ buckets, people }: DeactivationCounts, limit: DeactivationLimit): Wave | null {
  const deactivations = buckets.reduce((sum, { count }) => sum + count, 0);
  const most = limit.kind === 'Count' ? limit.count : Math.max(DEACTIVATIONS_AT_LEAST, Math.floor((people * limit.percent) / 100));
  return deactivations > most ? { deactivations, limit: most, people } : null;
}
