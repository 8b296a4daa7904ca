import { MANAGED_BY_LABEL, MANAGED_BY_OPERATOR } from '#common/kubernetes/derived-secret.ts';
import type { TenantName } from '#common/tenant-key.ts';
import { API_GROUP, TENANT_LABEL } from '../../api/scim-tenant.ts';

/** On a Secret whose token the operator made, and may make anew. */
export const GENERATED_LABEL = `${API_GROUP}/generated`;

/** Labels of everything that the operator makes for a tenant. A label's value holds 63 characters, as both names do. */
export function operatorLabels(tenant: TenantName): Record<string, string> {
  return {
    [MANAGED_BY_LABEL]: MANAGED_BY_OPERATOR,
    [`${API_GROUP}/tenant-namespace`]: tenant.namespace,
    [TENANT_LABEL]: tenant.name,
  };
}
