import { tenantConfigRevision } from '#common/tenant-config.ts';
import { tenantKey } from '#common/tenant-key.ts';
import { concludeDeletion, releaseEvent } from '../reconcile/deletion/conclude-deletion.ts';
import { decideDeletion, type DeletionDecision, type ReleaseReason } from '../reconcile/deletion/decide-deletion.ts';
import type { DeletedTenant, ObservedDeletion } from '../reconcile/deletion/observed-deletion.ts';
import type { Requeue } from '../reconcile/outcome.ts';
import { ClusterUnavailableError } from './cluster-unavailable-error.ts';
import { baseUrls } from './observe.ts';
import { recordEvent, recordNamespaceEvent, writeStatus } from './record.ts';
import { forgetInProcess, type TenantRunParts } from './run-parts.ts';

/**
 * One run for a tenant whose deletion was asked for: its people are removed by the pods, and then it is let go. As any run it
 * may end after any of its writes.
 * @returns when the tenant is due again
 * @throws ClusterUnavailableError when the cluster is away; Error when something else can't be read or written, or this process may no longer write
 */
export async function runDeletion(parts: TenantRunParts, tenant: DeletedTenant): Promise<Requeue> {
  // It trips no more, whatever it wanted before: left at the desk it would go on counting for a freeze of all.
  parts.desk.forget(tenantKey(tenant));
  const observed = await observe(parts, tenant);
  const decision = decideDeletion(observed);
  if (decision.kind === 'Release') {
    await release(parts, observed, decision.why);
    return { kind: 'none' };
  }
  const failed = await writeConfig(parts, tenant, decision);
  if (failed instanceof ClusterUnavailableError && failed.concernsAll) throw failed;
  const { status, events, requeue } = concludeDeletion(observed, decision, failed);
  for (const event of events) await recordEvent(parts, tenant, event);
  await writeStatus(parts, tenant, status);
  parts.metrics.tenants.set(tenant, decision.config.state.kind, status);
  if (failed instanceof ClusterUnavailableError) throw failed;
  return failed === null ? requeue : { kind: 'backoff' };
}

async function observe(parts: TenantRunParts, tenant: DeletedTenant): Promise<ObservedDeletion> {
  const { reader, book, clock, deletionTimeoutMs } = parts;
  const key = tenantKey(tenant);
  const now = clock();
  const isLate = now - Date.parse(tenant.deletionRequestedAt) >= deletionTimeoutMs;
  return {
    now,
    ...baseUrls(parts),
    tenant,
    derived: await reader.derivedConfig(key),
    pods: book.observation(key),
    namespaceHasWaited: isLate && (await reader.isNamespaceTerminating(tenant.namespace)),
  };
}

/** @throws Error only when this process may no longer write */
async function writeConfig(
  { writer, leadership, propagation, monotonic, logger }: TenantRunParts,
  tenant: DeletedTenant,
  { config, isNew }: Extract<DeletionDecision, { kind: 'Remove' }>,
): Promise<Error | null> {
  if (!isNew) return null;
  const key = tenantKey(tenant);
  leadership.assertHeld();
  try {
    await writer.applyDerivedConfig(config);
  } catch (error) {
    // The lease may have run out meanwhile, and the write may have failed for that alone.
    leadership.assertHeld();
    if (!(error instanceof ClusterUnavailableError))
      logger.error({ tenant: key, err: error }, 'config of a deleted tenant not written, will be tried again');
    return error instanceof Error ? error : new Error(String(error));
  }
  propagation.written(key, tenantConfigRevision(config), monotonic());
  return null;
}

/** In this order: a config that outlived its tenant would tell pods to remove the people of the next one. */
async function release(parts: TenantRunParts, observed: ObservedDeletion, why: ReleaseReason): Promise<void> {
  const { writer, leadership, metrics, logger } = parts;
  const { tenant } = observed;
  const key = tenantKey(tenant);
  const event = releaseEvent(observed, why);
  if (why === 'given up') {
    logger.warn({ tenant: key, reason: event.reason, detail: event.message }, 'deletion of people given up, the namespace has waited');
    await recordNamespaceEvent(parts, tenant, event);
  } else {
    await recordEvent(parts, tenant, event);
  }
  leadership.assertHeld();
  await writer.deleteDerivedConfig(key);
  leadership.assertHeld();
  await writer.releaseTenant(tenant);
  forgetInProcess(parts, key);
  metrics.tenantDeleted(why);
  logger.info({ tenant: key, why }, 'deleted tenant is let go');
}
