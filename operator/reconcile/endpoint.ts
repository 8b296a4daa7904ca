import type { TenantName } from '#common/tenant-key.ts';

/** Base URL of a tenant, which is pasted into the directory (Entra ID: Tenant URL). */
export function endpointOf({ externalUrl, tenant }: { readonly externalUrl: string; readonly tenant: TenantName }): string {
  return `${externalUrl}/${tenant.namespace}/${tenant.name}/scim/v2`;
}
