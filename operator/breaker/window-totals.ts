import { OUTCOME_BUCKET_SECONDS, type FailureClass, type OutcomeBucket } from '#common/pod-report.ts';

/** Outcomes that one pod counted for one tenant, all in one breaker epoch. */
export interface EpochOutcomes {
  readonly epoch: number;
  readonly buckets: readonly OutcomeBucket[];
}

export type FailureCounts = Readonly<Partial<Record<FailureClass, number>>>;

/** Sum over all pods. */
export interface WindowTotals {
  readonly requests: number;
  readonly failures: FailureCounts;
}

export interface WindowBounds {
  /** Outcomes of any other epoch are left out: closing the breaker forgives them. */
  readonly epoch: number;
  readonly milliseconds: number;
  /** End of the window, milliseconds since 1970. */
  readonly now: number;
}

/** Sums the buckets that reach into the window. One that has begun before it counts whole, which errs by 10 s at most. */
export function windowTotals(outcomes: readonly EpochOutcomes[], window: WindowBounds): WindowTotals {
  const begin = window.now - window.milliseconds;
  const failures: Partial<Record<FailureClass, number>> = {};
  let requests = 0;
  for (const { epoch, buckets } of outcomes) {
    if (epoch !== window.epoch) continue;
    for (const bucket of buckets) {
      if ((bucket.start + OUTCOME_BUCKET_SECONDS) * 1_000 <= begin) continue;
      requests += bucket.requests;
      for (const [failureClass, count] of Object.entries(bucket.failures) as [FailureClass, number][]) {
        failures[failureClass] = (failures[failureClass] ?? 0) + count;
      }
    }
  }
  return { requests, failures };
}
