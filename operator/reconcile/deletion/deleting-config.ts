import { TENANT_CONFIG_VERSION, withRequirements, type TenantConfig } from '#common/tenant-config.ts';
import type { ScimTenant } from '../../api/scim-tenant.ts';

/**
 * Tells the SCIM service to refuse the tenant's requests and to remove its people.
 * @param derived the config rendered last; a tenant that never had one gets one that lets nobody in, since people may be there from before
 */
export function deletingConfig(tenant: ScimTenant, derived: TenantConfig | null, settled: boolean): TenantConfig {
  const state = { kind: 'Deleting' as const, id: tenant.uid, settled };
  return withRequirements({ ...(derived ?? unserved(tenant)), generation: tenant.generation, state });
}

function unserved({ namespace, name, generation }: ScimTenant): Omit<TenantConfig, 'requires'> {
  return {
    version: TENANT_CONFIG_VERSION,
    namespace,
    name,
    generation,
    displayName: null,
    state: { kind: 'Disabled' },
    tokenDigests: [],
    mapping: [],
    newUserDefaults: [],
    matchExistingBy: [],
    users: { onDelete: 'Deactivate', retentionSeconds: 0 },
    groups: { enabled: false },
    deactivationGuard: null,
    newlySelected: [],
    rateLimit: { requestsPerSecond: 1, burst: 1 },
    breakerEpoch: 0,
  };
}
