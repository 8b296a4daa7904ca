import { collectDefaultMetrics, Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { FailureClass } from '#common/pod-report.ts';
import type { TenantName } from '#common/tenant-key.ts';

/** Each tenant has up to eight failure classes, so this holds 1,250 tenants that fail in every way there is. */
const FAILURE_SERIES = 10_000;

/** From a cached read to a store that hangs. Seconds. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface AnsweredRequest {
  readonly method: string;
  /** Template, never a raw path. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

export interface ServiceMetrics {
  requestAnswered(request: AnsweredRequest): void;
  tenantFailed(tenant: TenantName, reason: FailureClass): void;
  attributesIgnored(tenant: TenantName, count: number): void;
  usersReprojected(count: number): void;
  retiredUsersRemoved(count: number): void;
  deletedTenantRecordsRemoved(count: number): void;
  deactivationWave(tenant: TenantName): void;
  storeOperation(operation: string, seconds: number): void;
  /** Names what the gauges of the configs read at each scrape; the age is null while there is no config. */
  watchConfigs(configs: { readonly ageSeconds: () => number | null; readonly refusals: () => number }): void;
}

/**
 * The service's metrics (DESIGN.md section 6) and those of its process. No histogram has a tenant label.
 * @param options.failureSeries how many series of failures may exist; further ones are counted together
 */
export function createServiceMetrics(registry: Registry, options: { readonly failureSeries?: number } = {}): ServiceMetrics {
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'scim_http_requests_total',
    help: 'Requests that were answered.',
    labelNames: ['route', 'method', 'status_class'],
    registers,
  });
  const durations = new Histogram({
    name: 'scim_http_request_duration_seconds',
    help: 'Time from the head of a request to its answer.',
    labelNames: ['route', 'method'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const ignored = new Counter({
    name: 'scim_ignored_attributes_total',
    help: 'Attributes that clients sent and the tenant does not select.',
    labelNames: ['namespace', 'tenant'],
    registers,
  });
  const reprojected = new Counter({
    name: 'scim_reprojected_users_total',
    help: 'People who were brought to a changed mapping in the background.',
    registers,
  });
  const removed = new Counter({
    name: 'scim_retention_removed_users_total',
    help: 'Deleted people who were removed for good at the end of their retention.',
    registers,
  });
  const deleted = new Counter({
    name: 'scim_deleted_tenant_records_removed_total',
    help: 'People, groups and memberships of deleted tenants that were removed.',
    registers,
  });
  const waves = new Counter({
    name: 'scim_deactivation_waves_total',
    help: 'Times that more people of a tenant than its limit were to be deactivated within its window.',
    labelNames: ['namespace', 'tenant'],
    registers,
  });
  const storeOperations = new Histogram({
    name: 'scim_store_operation_duration_seconds',
    help: 'Time of one operation of the store.',
    labelNames: ['operation'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const countFailure = createFailureCounter(registry, options.failureSeries ?? FAILURE_SERIES);

  return {
    requestAnswered({ method, route, status, seconds }) {
      requests.inc({ route, method, status_class: `${Math.floor(status / 100)}xx` });
      durations.observe({ route, method }, seconds);
    },
    tenantFailed: countFailure,
    attributesIgnored({ namespace, name }, count) {
      ignored.inc({ namespace, tenant: name }, count);
    },
    usersReprojected(count) {
      reprojected.inc(count);
    },
    retiredUsersRemoved(count) {
      removed.inc(count);
    },
    deletedTenantRecordsRemoved(count) {
      deleted.inc(count);
    },
    deactivationWave({ namespace, name }) {
      waves.inc({ namespace, tenant: name });
    },
    storeOperation(operation, seconds) {
      storeOperations.observe({ operation }, seconds);
    },
    watchConfigs({ ageSeconds, refusals }) {
      const age = new Gauge({
        name: 'scim_config_generation_age_seconds',
        help: 'Time since the newest tenant config came into force in this pod; NaN before the first.',
        registers,
        collect() {
          age.set(ageSeconds() ?? Number.NaN);
        },
      });
      const refused = new Gauge({
        name: 'scim_refused_tenant_configs',
        help: 'Tenants whose newest config this pod can not serve; the log names each with the reason.',
        registers,
        collect() {
          refused.set(refusals());
        },
      });
    },
  };
}

/** A series is made at a tenant's first failure. Tenants come and go, so their number is bounded and the rest is counted in one. */
function createFailureCounter(registry: Registry, limit: number): ServiceMetrics['tenantFailed'] {
  const failures = new Counter({
    name: 'scim_tenant_failures_total',
    help: 'Requests of a tenant that failed, by reason.',
    labelNames: ['namespace', 'tenant', 'reason'],
    registers: [registry],
  });
  const overflow = new Counter({
    name: 'scim_tenant_failures_overflow_total',
    help: 'Failures that scim_tenant_failures_total has no more room for.',
    registers: [registry],
  });
  const series = new Set<string>();
  return ({ namespace, name }, reason) => {
    const key = `${namespace}/${name}/${reason}`;
    if (!series.has(key)) {
      if (series.size >= limit) {
        overflow.inc();
        return;
      }
      series.add(key);
    }
    failures.inc({ namespace, tenant: name, reason });
  };
}
