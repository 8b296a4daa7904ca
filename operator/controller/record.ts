import type { Logger } from '#common/logger.ts';
import { tenantKey } from '#common/tenant-key.ts';
import { sameStatus } from '../api/same-status.ts';
import type { ScimTenant } from '../api/scim-tenant.ts';
import type { ScimTenantStatus } from '../api/scim-tenant-status.ts';
import type { TenantEvent } from '../reconcile/action.ts';
import type { EventLimit } from './event-limit.ts';
import { ClusterUnavailableError } from './cluster-unavailable-error.ts';
import type { ClusterWriter, Leadership, MonotonicClock } from './ports.ts';

export interface RecordParts {
  readonly writer: ClusterWriter;
  readonly leadership: Leadership;
  readonly eventLimit: EventLimit;
  readonly monotonic: MonotonicClock;
  readonly logger: Logger;
}

/**
 * An Event is a courtesy: where it can't be recorded, or there are too many of them, the status still has to be. One that was not
 * recorded keeps none from being recorded later.
 * @throws ClusterUnavailableError when nothing can be written at all: the next run finds the same to tell, as the status is of before;
 *   Error when this process may no longer write
 */
export async function recordEvent(parts: RecordParts, tenant: ScimTenant, event: TenantEvent): Promise<void> {
  const { eventLimit, monotonic, logger } = parts;
  const fields = { tenant: tenantKey(tenant), reason: event.reason };
  if (!eventLimit.admits(fields.tenant, event.reason, monotonic())) {
    logger.info({ ...fields, detail: event.message }, 'event left out, since one of its reason was recorded within the minute');
    return;
  }
  const isRecorded = await record(parts, tenant, event, () => parts.writer.recordEvent(tenant, event));
  if (isRecorded) eventLimit.passed(fields.tenant, event.reason, monotonic());
}

/** Of a tenant whose namespace takes no Events any more. @throws as above */
export async function recordNamespaceEvent(parts: RecordParts, tenant: ScimTenant, event: TenantEvent): Promise<void> {
  await record(parts, tenant, event, () => parts.writer.recordNamespaceEvent(tenant.namespace, event));
}

/** @returns whether it was recorded */
async function record(
  { leadership, logger }: RecordParts,
  tenant: ScimTenant,
  event: TenantEvent,
  write: () => Promise<void>,
): Promise<boolean> {
  const fields = { tenant: tenantKey(tenant), reason: event.reason };
  leadership.assertHeld();
  try {
    await write();
    logger.debug({ ...fields, detail: event.message }, 'event recorded');
    return true;
  } catch (error) {
    // The lease may have run out meanwhile, and the write may have failed for that alone.
    leadership.assertHeld();
    if (error instanceof ClusterUnavailableError && error.concernsAll) throw error;
    logger.warn({ ...fields, detail: event.message, err: error }, 'event not recorded');
    return false;
  }
}

/** Writes nothing when the stored one says the same. */
export async function writeStatus({ writer, leadership }: RecordParts, tenant: ScimTenant, status: ScimTenantStatus): Promise<void> {
  if (sameStatus(status, tenant.status)) return;
  leadership.assertHeld();
  await writer.writeStatus(tenant, status);
}
