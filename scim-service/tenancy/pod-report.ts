import type { PodDeletion, TenantReport } from '#common/pod-report.ts';
import type { KnownTenant, ServedTenant, UnservedTenant } from './tenant-directory.ts';
import type { PeopleCount } from './user-count.ts';

/**
 * What this pod tells of one tenant.
 * @param now milliseconds since 1970
 */
export function reportTenant(tenant: KnownTenant, { users, countedAt }: PeopleCount, now: number): TenantReport {
  if ('refused' in tenant) return reportUnserved(tenant);
  const { config, revision, window, activity, waves, upkeep, failures, ignored, refusal } = tenant;
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
    refused: refusal.current,
  };
}

function reportUnserved({ refused }: UnservedTenant): TenantReport {
  return {
    generation: 0,
    revision: '',
    epoch: 0,
    lastRequestTime: null,
    lastSuccessTime: null,
    users: null,
    usersTime: null,
    buckets: [],
    deactivationWave: null,
    reprojection: null,
    recentFailures: [],
    ignoredAttributes: [],
    deletion: null,
    refused,
  };
}

/** Grows with all that `reportTenant` tells anew of a tenant as one config serves it, but for the people and for what time takes away. */
export function changesOf(tenant: KnownTenant): number {
  // A further refusal makes another object.
  if ('refused' in tenant) return 0;
  const { config, window, activity, waves, upkeep, failures, ignored, refusal } = tenant;
  const ofRequests = window.changes + activity.changes + waves.changes + failures.changes + ignored.changes;
  const ofNotes = ofRequests + upkeep.changes + refusal.changes;
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
