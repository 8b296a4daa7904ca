import type { TenantReport } from '#common/pod-report.ts';

/** What a pod tells of a tenant that nobody has used yet. */
export function aTenantReport(overrides: Partial<TenantReport> = {}): TenantReport {
  return {
    generation: 1,
    revision: 'r1',
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
    refused: null,
    ...overrides,
  };
}
