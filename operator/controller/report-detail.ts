import { RECENT_FAILURES, type TenantReport } from '#common/pod-report.ts';
import type { PodObservation } from '../reconcile/observed.ts';

/** What pods tell of one tenant beside counts and times. */
export type ReportDetail = Pick<PodObservation, 'reprojections' | 'recentFailures' | 'ignored' | 'deletions'>;

export const NO_DETAIL: ReportDetail = { reprojections: [], recentFailures: [], ignored: [], deletions: [] };

/**
 * @param live of pods that answered lately: what one does that has gone is no longer done
 * @param all those of vanished pods too, whose failures are as true as before
 */
export function reportDetail(live: readonly TenantReport[], all: readonly TenantReport[]): ReportDetail {
  return {
    reprojections: live.flatMap(({ reprojection }) => reprojection ?? []),
    recentFailures: all
      .flatMap(({ recentFailures }) => recentFailures)
      .sort((left, right) => Date.parse(right.time) - Date.parse(left.time))
      .slice(0, RECENT_FAILURES),
    ignored: ignoredByRevision(live),
    deletions: live.flatMap(({ deletion }) => deletion ?? []),
  };
}

function ignoredByRevision(reports: readonly TenantReport[]): ReportDetail['ignored'] {
  const names = new Map<string, Set<string>>();
  for (const { revision, ignoredAttributes } of reports) {
    if (ignoredAttributes.length === 0) continue;
    names.set(revision, new Set([...(names.get(revision) ?? []), ...ignoredAttributes]));
  }
  return [...names].map(([revision, ignored]) => ({ revision, names: [...ignored].sort() }));
}
