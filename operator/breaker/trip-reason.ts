import type { FailureCounts } from './window-totals.ts';

/** One line that says what happened: `52 of 60 requests failed within 40m: 50 InvalidValue, 2 Uniqueness`. */
export function tripReason(trip: {
  readonly failures: number;
  readonly requests: number;
  readonly classes: FailureCounts;
  /** As the policy writes it. */
  readonly window: string;
}): string {
  const classes = Object.entries(trip.classes)
    .sort(([left, a], [right, b]) => b - a || left.localeCompare(right))
    .map(([failureClass, count]) => `${count} ${failureClass}`);
  return `${trip.failures} of ${trip.requests} requests failed within ${trip.window}${classes.length > 0 ? `: ${classes.join(', ')}` : ''}`;
}
