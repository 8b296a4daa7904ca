import type { TenantState } from '#common/tenant-config.ts';
import { BREAKER_FIELD_MANAGER, type ScimTenant } from '../api/scim-tenant.ts';
import type { ScimTenantSpec } from '../api/scim-tenant-spec.ts';
import type { BreakerStatus } from '../api/scim-tenant-status.ts';
import { FILE_OWNER } from '../breaker/enabled-owners.ts';
import { isMirrored } from '../breaker/evaluate-breaker.ts';

/**
 * Whether `spec.enabled` is false for no other reason than that the breaker wrote it. The cluster tells by the field's
 * owners; where they can't tell (a directory of files, or no owners recorded) the marker in status does.
 *
 * @param breaker as the stored status has it
 */
export function switchedOffByMirror(tenant: ScimTenant, spec: ScimTenantSpec, breaker: BreakerStatus): boolean {
  if (spec.enabled || breaker.state === 'Closed') return false;
  const owners = tenant.enabledOwners.filter((owner) => owner !== FILE_OWNER);
  return owners.length === 0 ? isMirrored(breaker) : owners.every((owner) => owner === BREAKER_FIELD_MANAGER);
}

/** What the SCIM service does with the tenant's requests. */
export function tenantState(input: {
  readonly breaker: BreakerStatus;
  readonly spec: ScimTenantSpec;
  readonly byMirror: boolean;
}): TenantState {
  const { breaker, spec, byMirror } = input;
  if (breaker.state === 'Open' && breaker.openedAt !== null && spec.failurePolicy.action === 'Disable') {
    return { kind: 'Tripped', openedAt: breaker.openedAt, reason: breaker.reason };
  }
  return spec.enabled || byMirror ? { kind: 'Active' } : { kind: 'Disabled' };
}
