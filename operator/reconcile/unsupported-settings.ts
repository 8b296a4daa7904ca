import type { ScimTenantSpec } from '../api/scim-tenant-spec.ts';

/** Settings of the spec that this version accepts and keeps without acting on them. */
export function unsupportedSettings(spec: ScimTenantSpec): readonly string[] {
  return spec.tenantDeletion === 'Delete' ? ['tenantDeletion: Delete'] : [];
}
