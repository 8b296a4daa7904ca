import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '#common/logger.ts';
import { tenantKey } from '#common/tenant-key.ts';
import type { ScimTenant } from '../api/scim-tenant.ts';
import type { ScimTenantStatus } from '../api/scim-tenant-status.ts';
import type { TenantEvent } from '../reconcile/action.ts';
import type { EventLimit } from './event-limit.ts';
import type { Clock, ClusterWriter, Leadership } from './ports.ts';

export interface RecordParts {
  readonly writer: ClusterWriter;
  readonly leadership: Leadership;
  readonly eventLimit: EventLimit;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An Event is a courtesy: where it can't be recorded, or there are too many of them, the status still has to be. */
export async function recordEvent(parts: RecordParts, tenant: ScimTenant, event: TenantEvent): Promise<void> {
  const { eventLimit, clock, logger } = parts;
  const fields = { tenant: tenantKey(tenant), reason: event.reason };
  if (!eventLimit.admit(fields.tenant, event.reason, clock())) {
    logger.info({ ...fields, detail: event.message }, 'event left out, since one of its reason was recorded within the minute');
    return;
  }
  await record(parts, tenant, event, () => parts.writer.recordEvent(tenant, event));
}

/** Of a tenant whose namespace takes no Events any more. */
export async function recordNamespaceEvent(parts: RecordParts, tenant: ScimTenant, event: TenantEvent): Promise<void> {
  await record(parts, tenant, event, () => parts.writer.recordNamespaceEvent(tenant.namespace, event));
}

async function record(
  { leadership, logger }: RecordParts,
  tenant: ScimTenant,
  event: TenantEvent,
  write: () => Promise<void>,
): Promise<void> {
  const fields = { tenant: tenantKey(tenant), reason: event.reason };
  leadership.assertHeld();
  try {
    await write();
    logger.debug({ ...fields, detail: event.message }, 'event recorded');
  } catch (error) {
    logger.warn({ ...fields, detail: event.message, err: error }, 'event not recorded');
  }
}

/** Writes nothing when the stored one says the same. */
export async function writeStatus({ writer, leadership }: RecordParts, tenant: ScimTenant, status: ScimTenantStatus): Promise<void> {
  if (sameJson(status, tenant.status)) return;
  leadership.assertHeld();
  await writer.writeStatus(tenant, status);
}

/** By content alone: a cluster's client may give objects of its own classes, which would never be strictly equal. */
function sameJson(left: ScimTenantStatus, right: ScimTenantStatus | null): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(left)), JSON.parse(JSON.stringify(right)));
}
