import { sha256Hex } from '#common/sha256-hex.ts';
import type { TenantConfig } from '#common/tenant-config.ts';
import { parseTenantKey } from '#common/tenant-key.ts';
import { aRule } from '../support/a-tenant-config.ts';
import { WHOLE_MAPPING } from '../support/whole-mapping.ts';
import { TENANT, TOKEN } from './people.ts';

/** A tenant that takes all that Entra ID sends, and is never limited. */
export const BENCH_CONFIG: TenantConfig = {
  version: 1,
  requires: [],
  ...parseTenantKey(TENANT),
  generation: 1,
  displayName: null,
  state: { kind: 'Active' },
  tokenDigests: [{ sha256: sha256Hex(TOKEN), validUntil: null }],
  mapping: WHOLE_MAPPING.map(({ source, target }) => aRule(source, target)),
  newUserDefaults: [],
  matchExistingBy: [],
  users: { onDelete: 'Deactivate', retentionSeconds: 0 },
  groups: { enabled: true },
  deactivationGuard: null,
  newlySelected: [],
  rateLimit: { requestsPerSecond: 1_000_000, burst: 1_000_000 },
  breakerEpoch: 0,
};
