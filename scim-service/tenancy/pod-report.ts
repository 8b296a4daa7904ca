import type { PodDeletion, TenantReport } from '#common/pod-report.ts';
import type { ServedTenant } from './tenant-directory.ts';
import type { PeopleCount } from './user-count.ts';

/**
 * What this pod tells of one tenant.
 * @param now milliseconds since 1970
 */
export function reportTenant(tenant: ServedTenant, { users, countedAt }: PeopleCount, now: number): TenantReport {
  const { config, revision, window, activity, waves, upkeep, failures, ignored } = tenant;
  return {
    generation: config.generation,
    revision,
    epoch: config.breakerEpoch,
    lastRequestTime: isoTime(activity.lastRequestAt),
    lastSuccessTime: isoTime(activity.lastSuccessAt),
    users,
    usersTime: isoTime(countedAt),
    buckets: window.buckets(now),
    deactivationWave: waves.current,
    reprojection: upkeep.reprojection,
    recentFailures: [...failures.list()],
    ignoredAttributes: [...ignored.list()],
    deletion: deletionOf(tenant),
  };
}

/** Grows with all that `reportTenant` tells anew of a tenant as one config serves it, but for the people and for what time takes away. */
export function changesOf({ config, window, activity, waves, upkeep, failures, ignored }: ServedTenant): number {
  const ofNotes = window.changes + activity.changes + waves.changes + upkeep.changes + failures.changes + ignored.changes;
  return config.state.kind === 'Deleting' ? ofNotes + activity.changesInFlight : ofNotes;
}

function deletionOf({ config: { state }, activity, upkeep }: ServedTenant): PodDeletion | null {
  if (state.kind !== 'Deleting') return null;
  const { requestsInFlight } = activity;
  return { id: state.id, requestsInFlight, progress: upkeep.deletion?.id === state.id ? upkeep.deletion.progress : null };
}

function isoTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
