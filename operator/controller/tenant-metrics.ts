import { Counter, Gauge, type Registry } from 'prom-client';
import type { TenantState } from '#common/tenant-config.ts';
import { parseTenantKey, tenantKey, type TenantKey, type TenantName } from '#common/tenant-key.ts';
import type { ScimTenantStatus } from '../api/scim-tenant-status.ts';

/** `Unprogrammed`: there has never been a usable config. */
type TenantInfoState = TenantState['kind'] | 'Unprogrammed';

/** One series for each tenant, and none for one that is gone. */
export interface TenantMetrics {
  set(tenant: TenantName, state: TenantInfoState, status: ScimTenantStatus): void;
  remove(tenant: TenantName): void;
  /** Removes all. */
  clear(): void;
}

export function createTenantMetrics(registry: Registry): TenantMetrics {
  const registers = [registry];
  const labelNames = ['namespace', 'tenant'];
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers });
  const info = new Gauge({
    name: 'scim_tenant_info',
    help: 'Effective state of the tenant, always 1',
    labelNames: [...labelNames, 'state'],
    registers,
  });
  const ready = gauge('scim_tenant_ready', 'Whether the condition Ready is True');
  const open = gauge('scim_tenant_breaker_open', 'Whether the breaker is open');
  const users = gauge('scim_tenant_users', 'People who are visible through SCIM');
  const lastSuccess = gauge('scim_tenant_last_success_timestamp_seconds', 'When a request of the tenant succeeded last');
  const expiry = gauge('scim_tenant_token_expiry_timestamp_seconds', 'When the token reaches tokenPolicy.maxAge; absent without one');
  const remaining = gauge('scim_tenant_reprojection_remaining', 'People who are still to be made anew after a change of the mapping');
  const toRemove = gauge('scim_tenant_deletion_remaining', 'Records that are still to be removed of a tenant that is being deleted');
  const withheld = gauge(
    'scim_tenant_trip_withheld',
    'Set to 1 while a trip is told and does not happen: dry run, or a failure of the platform',
  );
  const paused = gauge('scim_tenant_paused', 'Set to 1 while the annotation paused keeps the operator from changing anything');
  const trips = new Counter({
    name: 'scim_tenant_breaker_trips_total',
    help: 'How often the breaker has opened, as the status counts it across restarts',
    labelNames,
    registers,
  });
  const shown = new Map<TenantKey, { readonly state: TenantInfoState; readonly trips: number }>();

  function remove(tenant: TenantName): void {
    const key = tenantKey(tenant);
    const labels = labelsOf(tenant);
    const before = shown.get(key);
    if (!before) return;
    info.remove({ ...labels, state: before.state });
    for (const metric of [ready, open, users, lastSuccess, expiry, remaining, toRemove, withheld, paused, trips]) metric.remove(labels);
    shown.delete(key);
  }

  function set(tenant: TenantName, state: TenantInfoState, status: ScimTenantStatus): void {
    const key = tenantKey(tenant);
    const labels = labelsOf(tenant);
    const before = shown.get(key);
    if (before && before.state !== state) info.remove({ ...labels, state: before.state });
    info.set({ ...labels, state }, 1);
    ready.set(labels, status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True') ? 1 : 0);
    open.set(labels, status.breaker.state === 'Open' ? 1 : 0);
    if (status.sync.users !== null) users.set(labels, status.sync.users);
    if (status.sync.lastSuccessTime !== null) lastSuccess.set(labels, Date.parse(status.sync.lastSuccessTime) / 1_000);
    if (status.token.expiresAt === null) expiry.remove(labels);
    else expiry.set(labels, Date.parse(status.token.expiresAt) / 1_000);
    const { reprojection } = status.sync;
    if (reprojection?.state === 'Running') remaining.set(labels, reprojection.total - reprojection.done);
    else remaining.remove(labels);
    if (status.deletion) toRemove.set(labels, status.deletion.total - status.deletion.removed);
    const { conditions } = status;
    flag(
      withheld,
      labels,
      conditions.some(({ type, status: value }) => type === 'Tripped' && value === 'False'),
    );
    flag(
      paused,
      labels,
      conditions.some(({ type, reason }) => type === 'Ready' && reason === 'Paused'),
    );
    // A tenant that was deleted and made anew under its name starts from 0 again: the counter stays where it is.
    trips.inc(labels, Math.max(0, status.breaker.trips - (before?.trips ?? 0)));
    shown.set(key, { state, trips: status.breaker.trips });
  }

  function clear(): void {
    for (const key of shown.keys()) remove(parseTenantKey(key));
  }

  return { set, remove, clear };
}

/** 1, or no series at all: few tenants have it. */
function flag(gauge: Gauge, labels: ReturnType<typeof labelsOf>, isSet: boolean): void {
  if (isSet) gauge.set(labels, 1);
  else gauge.remove(labels);
}

function labelsOf({ namespace, name }: TenantName): { namespace: string; tenant: string } {
  return { namespace, tenant: name };
}
