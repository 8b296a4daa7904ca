import type { TenantConfig } from '#common/tenant-config.ts';
import type { ScimTenant } from '../../api/scim-tenant.ts';
import type { Observed } from '../observed.ts';

/** A tenant whose deletion was asked for and that our finalizer keeps. */
export interface DeletedTenant extends ScimTenant {
  readonly deletionRequestedAt: string;
}

export function isHeldForDeletion(tenant: ScimTenant): tenant is DeletedTenant {
  return tenant.deletionRequestedAt !== null && tenant.held;
}

/** Everything that one run for such a tenant read. */
export interface ObservedDeletion extends Pick<Observed, 'now' | 'externalUrl' | 'docsUrl' | 'pods'> {
  readonly tenant: DeletedTenant;
  readonly derived: TenantConfig | null;
  /** The tenant's namespace waits for it, and the time that it is given is over. */
  readonly namespaceHasWaited: boolean;
}
