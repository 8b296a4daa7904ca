import { scimTenantSpecSchema, type ScimTenantSpec } from '../api/scim-tenant-spec.ts';

/** What `users.retention` is when nobody writes it. */
const DEFAULT_RETENTION = scimTenantSpecSchema.shape.users.parse({}).retention;

/** Settings of the spec that this version accepts and keeps without acting on them. */
export function unsupportedSettings(spec: ScimTenantSpec): readonly string[] {
  return [
    ...(spec.matchExistingBy.length > 0 ? ['matchExistingBy'] : []),
    ...(spec.users.retention === DEFAULT_RETENTION ? [] : ['users.retention']),
    ...(spec.tenantDeletion === 'Delete' ? ['tenantDeletion: Delete'] : []),
  ];
}
