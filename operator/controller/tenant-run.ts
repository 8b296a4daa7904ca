import { tenantConfigRevision } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { Applied } from '../reconcile/action.ts';
import { tripWish } from '../reconcile/breaker-input.ts';
import { conclude } from '../reconcile/conclude.ts';
import { decide } from '../reconcile/decide.ts';
import { isHeldForDeletion } from '../reconcile/deletion/observed-deletion.ts';
import { pendingMails } from '../reconcile/notices.ts';
import type { Requeue } from '../reconcile/outcome.ts';
import { plan } from '../reconcile/plan.ts';
import { apply } from './apply.ts';
import { ClusterUnavailableError } from './cluster-unavailable-error.ts';
import { runDeletion } from './deletion-run.ts';
import { observe } from './observe.ts';
import { recordEvent, writeStatus } from './record.ts';
import { forgetInProcess, type TenantRunParts } from './run-parts.ts';

/**
 * One run for one tenant: observe, decide, apply, events, status. It may end after any of its writes; the next run,
 * be it another process', finds what is missing.
 *
 * @returns when the tenant is due again
 * @throws ClusterUnavailableError when the cluster is away, be it for one of its writes; Error when something else can't be read,
 *   the status can't be written, or this process may no longer write
 */
export async function runTenant(parts: TenantRunParts, key: TenantKey): Promise<Requeue> {
  const tenant = await parts.reader.tenant(key);
  if (tenant === null) return forgetTenant(parts, key);
  if (isHeldForDeletion(tenant)) return runDeletion(parts, tenant);
  if (tenant.deletionRequestedAt !== null) return forgetTenant(parts, key);
  const seen = await observe(parts, tenant);
  const observed = { ...seen, leave: parts.desk.enter(key, tripWish(seen), tenant.status?.breaker.freeze ?? null) };
  const decision = decide(observed);
  const applied = await apply(parts, tenant, plan(observed, decision));
  reportWrites(parts, key, applied);
  const away = applied.failed?.error instanceof ClusterUnavailableError ? applied.failed.error : null;
  // Nobody would take the status either.
  if (away?.concernsAll) throw away;

  const { status, events, requeue } = conclude(observed, decision, applied);
  for (const event of events) await recordEvent(parts, tenant, event);
  await writeStatus(parts, tenant, status);
  parts.notifier.forget(tenant.uid, pendingMails(tenant, status.notifications));
  parts.metrics.tenants.set(tenant, decision.config?.state.kind ?? 'Unprogrammed', status);
  if (away) throw away;
  return requeue;
}

async function forgetTenant(parts: TenantRunParts, key: TenantKey): Promise<Requeue> {
  const { writer, leadership } = parts;
  leadership.assertHeld();
  await writer.deleteDerivedConfig(key);
  forgetInProcess(parts, key);
  return { kind: 'none' };
}

function reportWrites({ propagation, monotonic, logger }: TenantRunParts, tenant: TenantKey, { done, failed }: Applied): void {
  for (const action of done) {
    logger.info({ tenant, action: action.kind }, 'action carried out');
    if (action.kind === 'ApplyDerivedConfig') propagation.written(tenant, tenantConfigRevision(action.config), monotonic());
  }
  // What the whole run fails for is told once, by whoever started it.
  if (failed && !(failed.error instanceof ClusterUnavailableError))
    logger.error({ tenant, action: failed.action.kind, err: failed.error }, 'action failed, will be tried again');
}
