import { sha256Hex } from '#common/sha256-hex.ts';
import type { MappingRule, TenantConfig } from '#common/tenant-config.ts';

/** A rule of a mapping; optional and of the attribute's own type unless told otherwise. */
export function aRule(source: string, target: string, overrides: Partial<MappingRule> = {}): MappingRule {
  return { source, otherSources: [], target, required: false, type: null, transform: 'none', valueMap: null, constant: null, ...overrides };
}

/** The rendered config of an active tenant `team-hr/acme` whose token is `token`. */
export function aTenantConfig(overrides: Partial<TenantConfig> = {}): TenantConfig {
  return {
    version: 1,
    requires: [],
    namespace: 'team-hr',
    name: 'acme',
    generation: 1,
    displayName: 'Acme Corp',
    state: { kind: 'Active' },
    tokenDigests: [{ sha256: sha256Hex('token'), validUntil: null }],
    mapping: [
      aRule('userName', 'login', { required: true }),
      aRule('emails[type eq "work"].value', 'email', { required: true }),
      aRule('name.givenName', 'firstName'),
      aRule('title', 'designation'),
      aRule('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber', 'personnelNumber'),
    ],
    newUserDefaults: [{ target: 'role', value: 'employee' }],
    matchExistingBy: [],
    users: { onDelete: 'Deactivate', retentionSeconds: 2_592_000 },
    groups: { enabled: true },
    deactivationGuard: null,
    newlySelected: [],
    rateLimit: { requestsPerSecond: 100, burst: 200 },
    breakerEpoch: 0,
    ...overrides,
  };
}
