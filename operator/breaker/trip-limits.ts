import { SERVER_FAILURE_CLASSES, type DeactivationWave } from '#common/pod-report.ts';
import type { FailurePolicy } from '../api/scim-tenant-spec.ts';
import type { BreakerStatus } from '../api/scim-tenant-status.ts';
import type { FailureCounts, WindowTotals } from './window-totals.ts';

type Counts = Pick<BreakerStatus, 'requests' | 'failures' | 'classes'>;

/** What a breaker that opens has to say. */
export type Trip = Counts & Pick<BreakerStatus, 'cause' | 'wave'>;

/**
 * What would open a closed breaker; null while nothing would. A wave comes before failures: whoever switches on again must
 * look at the directory's scope first.
 */
export function tripOf(seen: {
  readonly totals: WindowTotals | null;
  readonly wave: DeactivationWave | null;
  readonly policy: FailurePolicy;
}): Trip | null {
  const { totals, wave, policy } = seen;
  const counts = countedBy(policy, totals ?? { requests: 0, failures: {} });
  if (wave) {
    const { deactivations, limit, people } = wave;
    return { ...counts, cause: 'DeactivationWave', wave: { deactivations, limit, people } };
  }
  return totals && isOverLimits(totals, policy) ? { ...counts, cause: 'Failures', wave: null } : null;
}

/** requests >= minRequests, failures >= maxFailures and failures/requests >= maxFailureRatio, of what the policy counts. */
export function isOverLimits(totals: WindowTotals, policy: FailurePolicy): boolean {
  const { requests, failures } = countedBy(policy, totals);
  if (requests < policy.minRequests || failures < policy.maxFailures) return false;
  return failures / requests >= policy.maxFailureRatio;
}

function countedBy({ countClientErrors }: FailurePolicy, totals: WindowTotals): Counts {
  const classes: FailureCounts = countClientErrors
    ? totals.failures
    : Object.fromEntries(SERVER_FAILURE_CLASSES.flatMap((name) => (totals.failures[name] ? [[name, totals.failures[name]]] : [])));
  const failures = Object.values(classes).reduce((sum, count) => sum + count, 0);
  return { requests: totals.requests, failures, classes };
}
