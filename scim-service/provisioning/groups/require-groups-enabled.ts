import type { TenantModel } from '../../domain/tenant-model.ts';
import { ScimError } from '../../scim/scim-error.ts';

/**
 * For a tenant whose groups are switched off.
 * @throws ScimError 404 for a read, which finds nothing; 501 for a write, which would be lost
 */
export function requireGroupsEnabled(model: TenantModel, access: 'read' | 'write'): void {
  if (model.config.groups.enabled) return;
  throw new ScimError(
    access === 'read' ? 404 : 501,
    null,
    'this tenant takes no groups (spec.groups.enabled is false); leave groups out of the provisioning job, or switch them on in its ScimTenant',
  );
}
