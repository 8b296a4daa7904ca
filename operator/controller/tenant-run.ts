import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '#common/logger.ts';
import { tenantConfigRevision } from '#common/tenant-config.ts';
import { parseTenantKey, tenantKey, type TenantKey } from '#common/tenant-key.ts';
import type { ScimTenant } from '../api/scim-tenant.ts';
import type { ScimTenantStatus } from '../api/scim-tenant-status.ts';
import type { Applied, TenantEvent } from '../reconcile/action.ts';
import { tripWish } from '../reconcile/breaker-input.ts';
import { conclude } from '../reconcile/conclude.ts';
import { decide } from '../reconcile/decide.ts';
import { pendingMails } from '../reconcile/notices.ts';
import type { Requeue } from '../reconcile/outcome.ts';
import { plan } from '../reconcile/plan.ts';
import { apply, type ApplyParts } from './apply.ts';
import type { ConfigPropagation } from './config-propagation.ts';
import type { EventLimit } from './event-limit.ts';
import { observe, type ObserveParts } from './observe.ts';
import type { OperatorMetrics } from './operator-metrics.ts';
import type { TripDesk } from './trip-desk.ts';

export interface TenantRunParts extends ObserveParts, ApplyParts {
  readonly propagation: ConfigPropagation;
  readonly eventLimit: EventLimit;
  readonly desk: Pick<TripDesk, 'enter' | 'forget'>;
  readonly metrics: OperatorMetrics;
  readonly logger: Logger;
}

/**
 * One run for one tenant: observe, decide, apply, events, status. It may end after any of its writes; the next run,
 * be it another process', finds what is missing.
 *
 * @returns when the tenant is due again
 * @throws Error when something can't be read, the status can't be written, or this process may no longer write
 */
export async function runTenant(parts: TenantRunParts, key: TenantKey): Promise<Requeue> {
  const seen = await observe(parts, key);
  if (seen === null) return forgetTenant(parts, key);
  const { tenant } = seen;
  const observed = { ...seen, leave: parts.desk.enter(key, tripWish(seen), tenant.status?.breaker.freeze ?? null) };
  const decision = decide(observed);
  const applied = await apply(parts, tenant, plan(observed, decision));
  reportWrites(parts, key, applied);

  const { status, events, requeue } = conclude(observed, decision, applied);
  for (const event of events) await recordEvent(parts, tenant, event);
  if (!sameJson(status, tenant.status)) {
    parts.leadership.assertHeld();
    await parts.writer.writeStatus(tenant, status);
  }
  parts.notifier.forget(tenant.uid, pendingMails(tenant, status.notifications));
  parts.metrics.tenants.set(tenant, decision.config?.state.kind ?? 'Unprogrammed', status);
  return requeue;
}

async function forgetTenant(parts: TenantRunParts, key: TenantKey): Promise<Requeue> {
  const { writer, leadership, metrics, propagation, eventLimit, desk } = parts;
  leadership.assertHeld();
  await writer.deleteDerivedConfig(key);
  propagation.forget(key);
  eventLimit.forget(key);
  desk.forget(key);
  metrics.tenants.remove(parseTenantKey(key));
  return { kind: 'none' };
}

function reportWrites({ propagation, clock, logger }: TenantRunParts, tenant: TenantKey, { done, failed }: Applied): void {
  for (const action of done) {
    logger.info({ tenant, action: action.kind }, 'action carried out');
    if (action.kind === 'ApplyDerivedConfig') propagation.written(tenant, tenantConfigRevision(action.config), clock());
  }
  if (failed) logger.error({ tenant, action: failed.action.kind, err: failed.error }, 'action failed, will be tried again');
}

/** An Event is a courtesy: where it can't be recorded, or there are too many of them, the status still has to be. */
async function recordEvent(parts: TenantRunParts, tenant: ScimTenant, event: TenantEvent): Promise<void> {
  const { writer, leadership, eventLimit, clock, logger } = parts;
  const fields = { tenant: tenantKey(tenant), reason: event.reason };
  if (!eventLimit.admit(fields.tenant, event.reason, clock())) {
    logger.info({ ...fields, detail: event.message }, 'event left out, since one of its reason was recorded within the minute');
    return;
  }
  leadership.assertHeld();
  try {
    await writer.recordEvent(tenant, event);
    logger.debug({ ...fields, detail: event.message }, 'event recorded');
  } catch (error) {
    logger.warn({ ...fields, detail: event.message, err: error }, 'event not recorded');
  }
}

/** By content alone: a cluster's client may give objects of its own classes, which would never be strictly equal. */
function sameJson(left: ScimTenantStatus, right: ScimTenantStatus | null): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(left)), JSON.parse(JSON.stringify(right)));
}
