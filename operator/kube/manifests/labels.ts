import { MANAGED_BY_LABEL, MANAGED_BY_OPERATOR } from '#common/kubernetes/derived-secret.ts';
import type { TenantName } from '#common/tenant-key.ts';
import { API_GROUP } from '../../api/scim-tenant.ts';

/** On a Secret whose token the operator made: its content may be replaced by nobody but a person. */
export const GENERATED_LABEL = `${API_GROUP}/generated`;

/** Labels of everything that the operator makes for a tenant. A label's value holds 63 characters, as both names do. */
export function operatorLabels(tenant: TenantName): Record<string, string> {
  return {
    [MANAGED_BY_LABEL]: MANAGED_BY_OPERATOR,
    [`${API_GROUP}/tenant-namespace`]: tenant.namespace,
    [`${API_GROUP}/tenant`]: tenant.name,
  };
}
