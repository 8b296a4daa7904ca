import type { PodDeletion, PodReport, TenantReport } from '#common/pod-report.ts';
import type { ServedTenant, TenantDirectory } from './tenant-directory.ts';

export interface PodIdentity {
  /** New for each start of the process. */
  readonly bootId: string;
  readonly pod: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** People of a tenant as far as they were counted; must not wait. */
  readonly users: (tenant: ServedTenant) => number | null;
}

/** What this pod answers on `GET /internal/v1/report`. */
export function buildPodReport(directory: TenantDirectory, { bootId, pod, now, users }: PodIdentity): PodReport {
  const tenants: Record<string, TenantReport> = {};
  for (const tenant of directory.tenants()) tenants[tenant.key] = reportTenant(tenant, now, users(tenant));
  return { version: 1, bootId, pod, time: new Date(now).toISOString(), synced: directory.isSynced, tenants };
}

function reportTenant(tenant: ServedTenant, now: number, users: number | null): TenantReport {
  const { config, revision, window, activity, waves, upkeep, failures, ignored } = tenant;
  return {
    generation: config.generation,
    revision,
    epoch: config.breakerEpoch,
    lastRequestTime: isoTime(activity.lastRequestAt),
    lastSuccessTime: isoTime(activity.lastSuccessAt),
    users,
    buckets: window.buckets(now),
    deactivationWave: waves.current,
    reprojection: upkeep.reprojection,
    recentFailures: [...failures.list()],
    ignoredAttributes: [...ignored.list()],
    deletion: deletionOf(tenant),
  };
}

function deletionOf({ config: { state }, activity, upkeep }: ServedTenant): PodDeletion | null {
  if (state.kind !== 'Deleting') return null;
  const { requestsInFlight } = activity;
  return { id: state.id, requestsInFlight, progress: upkeep.deletion?.id === state.id ? upkeep.deletion.progress : null };
}

function isoTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
