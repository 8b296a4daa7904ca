import type { TenantReport } from '#common/pod-report.ts';
import type { PodObservation } from '../reconcile/observed.ts';

/** When a tenant was called, and how many people it has. */
export type ReportActivity = Pick<PodObservation, 'lastRequestTime' | 'lastSuccessTime' | 'users'>;

export const NO_ACTIVITY: ReportActivity = { lastRequestTime: null, lastSuccessTime: null, users: null };

/**
 * Times of all reports; people as the pod that counted last found them in the store that all share.
 * @param live of pods that answered lately
 */
export function reportActivity(live: readonly TenantReport[], all: readonly TenantReport[]): ReportActivity {
  return {
    lastRequestTime: latestTime(all.map(({ lastRequestTime }) => lastRequestTime)),
    lastSuccessTime: latestTime(all.map(({ lastSuccessTime }) => lastSuccessTime)),
    users: lastCount(live),
  };
}

/**
 * Why pods refuse the newest config; sorted, so that the order of the pods is no change.
 * @param live of pods that answered lately
 */
export function refusalsOf(live: readonly TenantReport[]): PodObservation['refusals'] {
  return live.flatMap(({ refused }) => (refused ? [refused.reason] : [])).sort();
}

/** Deactivations beyond the limit, of all pods. */
export function wavesOf(reports: readonly Pick<TenantReport, 'epoch' | 'deactivationWave'>[]): PodObservation['waves'] {
  return reports.flatMap(({ epoch, deactivationWave }) => (deactivationWave ? [{ epoch, wave: deactivationWave }] : []));
}

/** A pod of before doesn't say when it counted, and comes after those that do. */
function lastCount(live: readonly TenantReport[]): number | null {
  const counted = live.filter(({ users }) => users !== null);
  return (
    counted.reduce<TenantReport | null>((last, report) => (last === null || countedAt(report) >= countedAt(last) ? report : last), null)
      ?.users ?? null
  );
}

function countedAt({ usersTime }: TenantReport): number {
  return usersTime === null ? -Infinity : Date.parse(usersTime);
}

function latestTime(times: readonly (string | null)[]): string | null {
  return times.reduce((latest, time) => {
    if (latest === null || time === null) return latest ?? time;
    return Date.parse(time) > Date.parse(latest) ? time : latest;
  }, null);
}
