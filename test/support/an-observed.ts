import { sha256Hex } from '#common/sha256-hex.ts';
import { tenantConfigRevision, type TenantConfig } from '#common/tenant-config.ts';
import type { ScimTenant } from '#operator/api/scim-tenant.ts';
import { toolManagers } from '#operator/breaker/tool-managers.ts';
import type { Action, Applied } from '#operator/reconcile/action.ts';
import { conclude, type Conclusion } from '#operator/reconcile/conclude.ts';
import { decide } from '#operator/reconcile/decide.ts';
import type { Observed, PodObservation, TokenSecret } from '#operator/reconcile/observed.ts';
import { plan } from '#operator/reconcile/plan.ts';
import { aStatus, aSync, aTenant, aTokenStatus } from '#test/support/a-tenant.ts';
import { aRule } from '#test/support/a-tenant-config.ts';

export const NOW = Date.parse('2026-11-24T06:00:10.500Z');
export const TOKEN = 'a-token-of-more-than-24-characters';
export const SHA256 = sha256Hex(TOKEN);
export const FINGERPRINT = `sha256:${SHA256.slice(0, 12)}`;

/** What `aTenant` is rendered to. */
export const CONFIG: TenantConfig = {
  version: 1,
  requires: [],
  namespace: 'team-hr',
  name: 'acme',
  generation: 1,
  displayName: null,
  state: { kind: 'Active' },
  tokenDigests: [{ sha256: SHA256, validUntil: null }],
  mapping: [aRule('userName', 'login', { required: true }), aRule('emails[type eq "work"].value', 'email')],
  newUserDefaults: [],
  matchExistingBy: [],
  users: { onDelete: 'Deactivate', retentionSeconds: 2_592_000 },
  groups: { enabled: true },
  deactivationGuard: { limit: { kind: 'Percent', percent: 30 }, windowSeconds: 2_400, refuses: true },
  newlySelected: [],
  rateLimit: { requestsPerSecond: 100, burst: 200 },
  breakerEpoch: 0,
};

/** Stored by the last run of that tenant. */
export const SETTLED = aStatus({
  sync: aSync(CONFIG),
  token: aTokenStatus({ fingerprint: FINGERPRINT }),
});

/** Written by a person. */
export function aTokenSecret(overrides: Partial<TokenSecret> = {}): TokenSecret {
  return { data: { token: TOKEN }, generated: false, madeFor: null, immutable: false, rotateAt: null, version: '1', ...overrides };
}

/** Two pods that serve a config, or none; they have nothing to tell. */
export function pods(serving: TenantConfig | null, overrides: Partial<PodObservation> = {}): PodObservation {
  const revisions = serving ? [tenantConfigRevision(serving), tenantConfigRevision(serving)] : [];
  return {
    expected: 2,
    revisions,
    refusals: [],
    outcomes: [],
    lastRequestTime: null,
    lastSuccessTime: null,
    users: null,
    waves: [],
    reprojections: [],
    recentFailures: [],
    ignored: [],
    deletions: [],
    ...overrides,
  };
}

/** A settled tenant; tests say what is different. */
export function anObserved(overrides: Partial<Observed> = {}): Observed {
  return {
    now: NOW,
    externalUrl: 'https://scim.example.com',
    docsUrl: 'https://docs.example.com',
    tenant: aTenant({ status: SETTLED }),
    tokenSecret: aTokenSecret(),
    derived: CONFIG,
    pods: pods(overrides.derived === undefined ? CONFIG : overrides.derived),
    deliveries: new Map(),
    mailTransport: 'smtp',
    settings: { tools: toolManagers([]), dryRun: false },
    leave: { kind: 'Allowed' },
    ...overrides,
  };
}

/** The tenant with its settled status but for these. */
export function stored(overrides: Partial<ScimTenant>, status: Partial<NonNullable<ScimTenant['status']>> = {}): ScimTenant {
  return aTenant({ status: { ...SETTLED, ...status }, ...overrides });
}

/**
 * A run without its writes.
 * @param failed of the first write, which then ends the plan
 */
export function reconcile(observed: Observed, failed: Error | null = null): Conclusion & { actions: readonly Action[] } {
  const decision = decide(observed);
  const actions = plan(observed, decision);
  const [first] = actions;
  const applied: Applied = failed && first ? { done: [], failed: { action: first, error: failed } } : { done: actions, failed: null };
  return { actions, ...conclude(observed, decision, applied) };
}
