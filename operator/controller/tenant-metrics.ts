import { Counter, Gauge, type Registry } from 'prom-client';
import type { TenantState } from '#common/tenant-config.ts';
import { tenantKey, type TenantKey, type TenantName } from '#common/tenant-key.ts';
import type { ScimTenantStatus } from '../api/scim-tenant-status.ts';
import { tellAtScrape, tenantLabels, type Sample, type TenantLabels } from './tenant-series.ts';

/** `Unprogrammed`: there has never been a usable config. */
type TenantInfoState = TenantState['kind'] | 'Unprogrammed';

/** One series of each metric for each tenant, and none for one that is gone. */
export interface TenantMetrics {
  set(tenant: TenantName, state: TenantInfoState, status: ScimTenantStatus): void;
  remove(tenant: TenantName): void;
  /** Removes all. */
  clear(): void;
}

/** What the metrics tell of one tenant; null where it has no series. */
interface TenantFigures {
  readonly labels: TenantLabels;
  readonly infoLabels: TenantLabels & { readonly state: TenantInfoState };
  readonly ready: number;
  readonly breakerOpen: number;
  readonly users: number | null;
  readonly lastSuccess: number | null;
  readonly tokenExpiry: number | null;
  readonly reprojectionRemaining: number | null;
  readonly deletionRemaining: number | null;
  readonly tripWithheld: number | null;
  readonly paused: number | null;
  /** Of the status. */
  readonly trips: number;
  /** Of all tenants that have had the name. */
  readonly allTrips: number;
}

type NumberOf = { [Name in keyof TenantFigures]: TenantFigures[Name] extends number | null ? Name : never }[keyof TenantFigures];

export function createTenantMetrics(registry: Registry): TenantMetrics {
  const registers = [registry];
  const labelNames = ['namespace', 'tenant'];
  const tenants = new Map<TenantKey, TenantFigures>();
  const samplesOf = (figure: NumberOf) =>
    function* (): Generator<Sample> {
      for (const { labels, [figure]: value } of tenants.values()) if (value !== null) yield { labels, value };
    };
  const gauge = (name: string, figure: NumberOf, help: string): void =>
    tellAtScrape(new Gauge({ name, help, labelNames, registers }), samplesOf(figure));
  const help = 'Effective state of the tenant, always 1';
  tellAtScrape(new Gauge({ name: 'scim_tenant_info', help, labelNames: [...labelNames, 'state'], registers }), function* () {
    for (const { infoLabels } of tenants.values()) yield { labels: infoLabels, value: 1 };
  });
  gauge('scim_tenant_ready', 'ready', 'Whether the condition Ready is True');
  gauge('scim_tenant_breaker_open', 'breakerOpen', 'Whether the breaker is open');
  gauge('scim_tenant_users', 'users', 'People who are visible through SCIM');
  gauge('scim_tenant_last_success_timestamp_seconds', 'lastSuccess', 'When a request of the tenant succeeded last');
  gauge('scim_tenant_token_expiry_timestamp_seconds', 'tokenExpiry', 'When the token reaches tokenPolicy.maxAge; absent without one');
  gauge(
    'scim_tenant_reprojection_remaining',
    'reprojectionRemaining',
    'People who are still to be made anew after a change of the mapping',
  );
  gauge('scim_tenant_deletion_remaining', 'deletionRemaining', 'Records that are still to be removed of a tenant that is being deleted');
  gauge(
    'scim_tenant_trip_withheld',
    'tripWithheld',
    'Set to 1 while a trip is told and does not happen: dry run, or a failure of the platform',
  );
  gauge('scim_tenant_paused', 'paused', 'Set to 1 while the annotation paused keeps the operator from changing anything');
  const trips = new Counter({
    name: 'scim_tenant_breaker_trips_total',
    help: 'How often the breaker has opened, as the status counts it across restarts',
    labelNames,
    registers,
  });
  tellAtScrape(trips, samplesOf('allTrips'));
  return {
    set(tenant, state, status) {
      const key = tenantKey(tenant);
      tenants.set(key, figuresOf(tenant, state, status, tenants.get(key) ?? null));
    },
    remove: (tenant) => void tenants.delete(tenantKey(tenant)),
    clear: () => tenants.clear(),
  };
}

function figuresOf(
  tenant: TenantName,
  state: TenantInfoState,
  { conditions, breaker, sync, token, deletion }: ScimTenantStatus,
  before: TenantFigures | null,
): TenantFigures {
  const has = (type: string, status: string): boolean => conditions.some((each) => each.type === type && each.status === status);
  const { reprojection } = sync;
  const labels = before?.labels ?? tenantLabels(tenant);
  return {
    labels,
    infoLabels: before?.infoLabels.state === state ? before.infoLabels : { ...labels, state },
    ready: has('Ready', 'True') ? 1 : 0,
    breakerOpen: breaker.state === 'Open' ? 1 : 0,
    users: sync.users ?? before?.users ?? null,
    lastSuccess: sync.lastSuccessTime === null ? (before?.lastSuccess ?? null) : secondsOf(sync.lastSuccessTime),
    tokenExpiry: token.expiresAt === null ? null : secondsOf(token.expiresAt),
    reprojectionRemaining: reprojection?.state === 'Running' ? reprojection.total - reprojection.done : null,
    deletionRemaining: deletion ? deletion.total - deletion.removed : (before?.deletionRemaining ?? null),
    // 1, or no series at all: few tenants have it.
    tripWithheld: has('Tripped', 'False') ? 1 : null,
    paused: conditions.some(({ type, reason }) => type === 'Ready' && reason === 'Paused') ? 1 : null,
    trips: breaker.trips,
    // A tenant that was deleted and made anew under its name starts from 0 again: the counter stays where it is.
    allTrips: (before?.allTrips ?? 0) + Math.max(0, breaker.trips - (before?.trips ?? 0)),
  };
}

function secondsOf(time: string): number {
  return Date.parse(time) / 1_000;
}
