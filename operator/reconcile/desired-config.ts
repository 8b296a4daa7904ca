import { parseDuration } from '#common/duration.ts';
import { TENANT_CONFIG_VERSION, type MappingRule, type TenantConfig, type TenantState, type TokenDigest } from '#common/tenant-config.ts';
import type { ScimTenant } from '../api/scim-tenant.ts';
import type { ScimTenantSpec } from '../api/scim-tenant-spec.ts';

/** What may change while the rest of a config stays as it was rendered last. */
export interface LiveParts {
  readonly state: TenantState;
  readonly tokenDigests: readonly TokenDigest[];
  readonly breakerEpoch: number;
}

/** The config that the SCIM service shall serve. */
export function desiredConfig(tenant: ScimTenant, spec: ScimTenantSpec, mapping: readonly MappingRule[], live: LiveParts): TenantConfig {
  return {
    version: TENANT_CONFIG_VERSION,
    namespace: tenant.namespace,
    name: tenant.name,
    generation: tenant.generation,
    displayName: spec.displayName ?? null,
    state: live.state,
    tokenDigests: [...live.tokenDigests],
    mapping: [...mapping],
    newUserDefaults: spec.newUserDefaults,
    matchExistingBy: spec.matchExistingBy,
    users: { onDelete: spec.users.onDelete, retentionSeconds: parseDuration(spec.users.retention) / 1_000 },
    groups: spec.groups,
    rateLimit: spec.rateLimit,
    breakerEpoch: live.breakerEpoch,
  };
}

/**
 * The last good config, kept in force while the mapping can't be used: people go on being synchronised as before, and
 * switching off, tripping and a new or revoked token take effect all the same.
 */
export function keptConfig(derived: TenantConfig, live: LiveParts): TenantConfig {
  return { ...derived, state: live.state, tokenDigests: [...live.tokenDigests], breakerEpoch: live.breakerEpoch };
}
