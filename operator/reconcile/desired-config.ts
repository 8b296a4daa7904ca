import { parseDuration } from '#common/duration.ts';
import {
  TENANT_CONFIG_VERSION,
  withRequirements,
  type DeactivationGuard,
  type MappingRule,
  type TenantConfig,
  type TenantState,
  type TokenDigest,
} from '#common/tenant-config.ts';
import type { ScimTenant } from '../api/scim-tenant.ts';
import type { ScimTenantSpec } from '../api/scim-tenant-spec.ts';
import { newlySelected } from './newly-selected.ts';

/** What may change while the rest of a config stays as it was rendered last. */
export interface LiveParts {
  readonly state: TenantState;
  readonly tokenDigests: readonly TokenDigest[];
  readonly breakerEpoch: number;
  readonly deactivationGuard: DeactivationGuard;
}

export interface DesiredConfigParts {
  readonly tenant: ScimTenant;
  readonly spec: ScimTenantSpec;
  readonly mapping: readonly MappingRule[];
  /** The config rendered last. */
  readonly derived: TenantConfig | null;
  readonly live: LiveParts;
}

/** The config that the SCIM service shall serve. */
export function desiredConfig({ tenant, spec, mapping, derived, live }: DesiredConfigParts): TenantConfig {
  return withRequirements({
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
    deactivationGuard: live.deactivationGuard,
    newlySelected: [...newlySelected(mapping, derived)],
    rateLimit: spec.rateLimit,
    breakerEpoch: live.breakerEpoch,
  });
}

/**
 * The last good config, kept in force while the mapping can't be used: people go on being synchronised as before, and
 * switching off, tripping, the limit of deactivations and a new or revoked token take effect all the same.
 */
export function keptConfig(derived: TenantConfig, live: LiveParts): TenantConfig {
  return withRequirements({ ...derived, ...live, tokenDigests: [...live.tokenDigests] });
}

/** The window is the breaker's, which opens for a wave. */
export function deactivationGuard({ users: { maxDeactivations }, failurePolicy }: ScimTenantSpec): DeactivationGuard {
  return {
    limit:
      typeof maxDeactivations === 'number'
        ? { kind: 'Count', count: maxDeactivations }
        : { kind: 'Percent', percent: Number.parseInt(maxDeactivations, 10) },
    windowSeconds: parseDuration(failurePolicy.window) / 1_000,
    refuses: failurePolicy.action === 'Disable',
  };
}
