import { SERVER_FAILURE_CLASSES, type DeactivationWave } from '#common/pod-report.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import type { FailurePolicy } from '../api/scim-tenant-spec.ts';
import { CLOSED_BREAKER, type BreakerStatus } from '../api/scim-tenant-status.ts';
import { setByPerson } from './enabled-owners.ts';
import { tripReason } from './trip-reason.ts';
import type { FailureCounts, WindowTotals } from './window-totals.ts';

export interface BreakerInput {
  readonly previous: BreakerStatus;
  readonly policy: FailurePolicy;
  /** Totals of the previous status' epoch within the policy's window; null while no pod has been asked yet. */
  readonly totals: WindowTotals | null;
  /** Of the same epoch and window; null while there is none. */
  readonly wave: DeactivationWave | null;
  /** `spec.enabled` as it is now. */
  readonly enabled: boolean;
  readonly enabledOwners: readonly string[];
  /** Value of the annotation `scim-operator.dev/reset-at`; empty when it is absent. */
  readonly resetAt: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface BreakerResult {
  readonly status: BreakerStatus;
  readonly happened: 'tripped' | 'closed' | 'none';
}

/**
 * Next state of a tenant's breaker.
 *
 * Closed: opens when requests >= minRequests, failures >= maxFailures and failures/requests >= maxFailureRatio, and at
 * once for a wave of deactivations, unless the tenant is switched off anyway. Open: closes when a person has set
 * `spec.enabled` back to true after the mirror had made it false, when `resetToken` or the annotation `reset-at` has a new
 * value, and with `action: NotifyOnly` by itself once the window is below the limits and without a wave. A tool that
 * reverts `spec.enabled` changes nothing. Each closing starts the next epoch, so what opened it cannot open it again.
 */
export function evaluateBreaker(input: BreakerInput): BreakerResult {
  const { previous, policy, resetAt } = input;
  const seen = { observedResetToken: policy.resetToken, observedResetAt: resetAt };
  if (previous.state === 'Open') {
    if (mustClose(input)) return { status: { ...closed(previous), ...seen }, happened: 'closed' };
    return { status: previous, happened: 'none' };
  }
  // Without a change the same value is given back: a run that finds nothing new writes nothing.
  const current =
    previous.observedResetToken === policy.resetToken && previous.observedResetAt === resetAt ? previous : { ...previous, ...seen };
  const trip = input.enabled ? tripOf(input) : null;
  if (!trip) return { status: current, happened: 'none' };
  return {
    status: {
      ...current,
      ...trip,
      state: 'Open',
      reason: tripReason(trip, policy),
      openedAt: rfc3339(input.now),
      trips: previous.trips + 1,
    },
    happened: 'tripped',
  };
}

/**
 * Breaker of a tenant that nobody has looked at yet. Its first epoch is the time, which no tenant that had the name before
 * can have reached by counting its closings: what pods remember of that one's failures does not count.
 * @param now milliseconds since 1970
 */
export function newBreaker(now: number): BreakerStatus {
  return { ...CLOSED_BREAKER, epoch: now };
}

/** The mirror of the last trip is in force. */
export function isMirrored(breaker: BreakerStatus): boolean {
  return breaker.trips > 0 && breaker.mirroredTrip === breaker.trips;
}

function mustClose({ previous, policy, totals, wave, enabled, enabledOwners, resetAt }: BreakerInput): boolean {
  if (policy.resetToken !== previous.observedResetToken || resetAt !== previous.observedResetAt) return true;
  if (isMirrored(previous) && enabled && setByPerson(enabledOwners)) return true;
  return policy.action === 'NotifyOnly' && totals !== null && wave === null && !isOverLimits(countedBy(policy, totals), policy);
}

function closed(previous: BreakerStatus): BreakerStatus {
  return { ...previous, state: 'Closed', reason: '', openedAt: null, epoch: previous.epoch + 1, mirroredTrip: 0 };
}

type Counts = Pick<BreakerStatus, 'requests' | 'failures' | 'classes'>;

/** A wave comes before failures: whoever switches on again must look at the directory's scope first. */
function tripOf({ totals, wave, policy }: BreakerInput): (Counts & Pick<BreakerStatus, 'cause' | 'wave'>) | null {
  const counts = countedBy(policy, totals ?? { requests: 0, failures: {} });
  if (wave) {
    const { deactivations, limit, people } = wave;
    return { ...counts, cause: 'DeactivationWave', wave: { deactivations, limit, people } };
  }
  return totals && isOverLimits(counts, policy) ? { ...counts, cause: 'Failures', wave: null } : null;
}

/** What of the totals the policy looks at. */
function countedBy({ countClientErrors }: FailurePolicy, totals: WindowTotals): Counts {
  const classes: FailureCounts = countClientErrors
    ? totals.failures
    : Object.fromEntries(SERVER_FAILURE_CLASSES.flatMap((name) => (totals.failures[name] ? [[name, totals.failures[name]]] : [])));
  const failures = Object.values(classes).reduce((sum, count) => sum + count, 0);
  return { requests: totals.requests, failures, classes };
}

function isOverLimits({ requests, failures }: Counts, policy: FailurePolicy): boolean {
  if (requests < policy.minRequests || failures < policy.maxFailures) return false;
  return failures / requests >= policy.maxFailureRatio;
}
