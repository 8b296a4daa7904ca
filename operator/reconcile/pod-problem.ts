import type { PodObservation } from './observed.ts';
import { oneLine } from './one-line.ts';
import { waiting, type RunProblem } from './run-problem.ts';

/** The pods' reports bring the next run; this is for a report that never comes. It grows with the time for which none has. */
const WAIT_FOR_PODS_MS = 30_000;

/** Different reasons that one message tells. Pods of one version have the same. */
const MOST_REASONS = 2;

export interface PodCount {
  readonly pods: number;
  /** Pods that serve the revision that was decided on. */
  readonly acknowledged: number;
  /** Why each pod that refuses the newest config does so. */
  readonly refusals: readonly string[];
}

export function podCount(pods: PodObservation | null, revision: string | null): PodCount {
  if (pods === null) return { pods: 0, acknowledged: 0, refusals: [] };
  const acknowledged = pods.revisions.filter((served) => served === revision).length;
  // A pod that has just gone still counts for a moment among those that answer, and no longer among those that should.
  return { pods: pods.expected, acknowledged: Math.min(acknowledged, pods.expected), refusals: pods.refusals };
}

/**
 * Without a refusal, messages hold no numbers: these change with every rollout and stand in `status.programmed`.
 * @param waited milliseconds for which pods have been waited for already
 */
export function podProblem({ pods, acknowledged, refusals }: PodCount, waited = 0): RunProblem | null {
  const wait = Math.max(WAIT_FOR_PODS_MS, waited);
  if (pods === 0) {
    return waiting('WaitingForPods', 'No pod of the SCIM service is there; check that it is installed and running', wait);
  }
  if (acknowledged >= pods) return null;
  if (refusals.length > 0) {
    const consequence = 'they go on with the last configuration that they can serve, and without one answer 503';
    return waiting('ConfigRefused', `${refusalWords({ pods, refusals })}; ${consequence}`, wait);
  }
  return waiting('WaitingForPods', 'Not every pod of the SCIM service serves this configuration yet; status.programmed counts them', wait);
}

/** How many pods refuse the configuration, and why; as the beginning of a sentence. */
export function refusalWords({ pods, refusals }: Pick<PodCount, 'pods' | 'refusals'>): string {
  const reasons = [...new Set(refusals)].slice(0, MOST_REASONS).map((reason) => oneLine(reason, 300));
  return `${Math.min(refusals.length, pods)} of ${pods} pods of the SCIM service refuse this configuration: ${reasons.join('; ')}`;
}
