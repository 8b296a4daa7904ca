import { parseDuration } from '#common/duration.ts';
import { tenantConfigRevision, type TenantConfig } from '#common/tenant-config.ts';
import { isInvalidSpec, RESET_AT_ANNOTATION } from '../api/scim-tenant.ts';
import type { ScimTenantSpec } from '../api/scim-tenant-spec.ts';
import { NO_TOKEN, type BreakerStatus } from '../api/scim-tenant-status.ts';
import { currentWave } from '../breaker/current-wave.ts';
import { evaluateBreaker, isMirrored, newBreaker, type BreakerResult } from '../breaker/evaluate-breaker.ts';
import { windowTotals } from '../breaker/window-totals.ts';
import { compileMapping } from './compile-mapping.ts';
import { deactivationGuard, desiredConfig, keptConfig } from './desired-config.ts';
import type { Observed } from './observed.ts';
import { explained, stalled, type RunProblem } from './run-problem.ts';
import { switchedOffByMirror, tenantState } from './tenant-state.ts';
import { NO_ROTATION, tokenState, type TokenState } from './token-state.ts';

/** What the run wants to be the case. */
export interface Decision {
  /** Null when it can't be read. */
  readonly spec: ScimTenantSpec | null;
  readonly breaker: BreakerResult;
  /** What is to be done to the finalizer; null leaves it alone. */
  readonly finalizer: 'add' | 'remove' | null;
  /** What is to be done to `spec.enabled`; null leaves it alone. */
  readonly mirror: 'write' | 'release' | null;
  readonly token: Pick<TokenState, 'status' | 'problem' | 'age' | 'create' | 'rotation'>;
  /** Unreadable spec or mapping. */
  readonly specProblem: RunProblem | null;
  /** The config that shall be in force; null when there has never been a usable one. */
  readonly config: TenantConfig | null;
  /** Of that config. */
  readonly revision: string | null;
}

export function decide(observed: Observed): Decision {
  const { tenant, derived, now, docsUrl } = observed;
  const { spec } = tenant;
  const previous = tenant.status?.breaker ?? newBreaker(now);
  if (isInvalidSpec(spec)) return keepEverything(observed, previous, spec.problems);

  const breaker = nextBreaker(observed, spec, previous);
  const byMirror = switchedOffByMirror(tenant, spec, previous);
  const token = tokenState({ tenant, spec, secret: observed.tokenSecret, derived, previous: tenant.status?.token ?? null, now });
  const live = {
    state: tenantState({ breaker: breaker.status, spec, byMirror }),
    tokenDigests: token.digests,
    breakerEpoch: breaker.status.epoch,
    deactivationGuard: deactivationGuard(spec),
  };
  const mapping = compileMapping(spec);
  const usable = mapping.problems.length === 0;
  const config = usable ? desiredConfig({ tenant, spec, mapping: mapping.rules, derived, live }) : derived && keptConfig(derived, live);
  return {
    spec,
    breaker,
    finalizer: finalizerOf(tenant, spec),
    mirror: mirrorOf({ previous, breaker, spec, byMirror }),
    token: { ...token, problem: explained(token.problem, docsUrl) },
    specProblem: usable ? null : explained(stalled('MappingInvalid', `${mapping.problems.join('; ')}. ${lastGood(derived)}`), docsUrl),
    config,
    revision: config && tenantConfigRevision(config),
  };
}

function nextBreaker({ tenant, pods, now }: Observed, spec: ScimTenantSpec, previous: BreakerStatus): BreakerResult {
  const window = { epoch: previous.epoch, milliseconds: parseDuration(spec.failurePolicy.window), now };
  return evaluateBreaker({
    previous,
    policy: spec.failurePolicy,
    totals: pods && windowTotals(pods.outcomes, window),
    wave: pods && currentWave(pods.waves, window),
    enabled: spec.enabled,
    enabledOwners: tenant.enabledOwners,
    resetAt: tenant.annotations[RESET_AT_ANNOTATION] ?? '',
    now,
  });
}

/**
 * The mirror is written once for each trip, after the trip is stored, and never again when a tool reverts it. It is taken
 * back when the breaker closes otherwise than by `spec.enabled`, or when the policy no longer switches off.
 */
function mirrorOf(input: { previous: BreakerStatus; breaker: BreakerResult; spec: ScimTenantSpec; byMirror: boolean }): Decision['mirror'] {
  const { previous, breaker, spec, byMirror } = input;
  const notifyOnly = spec.failurePolicy.action === 'NotifyOnly';
  if (byMirror && (notifyOnly || breaker.happened === 'closed')) return 'release';
  const stored = previous.state === 'Open' && breaker.status.state === 'Open';
  return stored && !notifyOnly && !isMirrored(previous) ? 'write' : null;
}

function finalizerOf({ held }: Observed['tenant'], { tenantDeletion }: ScimTenantSpec): Decision['finalizer'] {
  const isWanted = tenantDeletion === 'Delete';
  if (isWanted === held) return null;
  return isWanted ? 'add' : 'remove';
}

/** A spec that can't be read says neither which token, nor which limits, nor whether the tenant is on: nothing changes. */
function keepEverything({ tenant, derived, docsUrl }: Observed, breaker: BreakerStatus, problems: readonly string[]): Decision {
  return {
    spec: null,
    breaker: { status: breaker, happened: 'none' },
    finalizer: null,
    mirror: null,
    token: { status: tenant.status?.token ?? NO_TOKEN, problem: null, age: 'Fine', create: false, rotation: NO_ROTATION },
    specProblem: explained(stalled('SpecInvalid', `${problems.join('; ')}. ${lastGood(derived)}`), docsUrl),
    config: derived,
    revision: derived && tenantConfigRevision(derived),
  };
}

function lastGood(derived: TenantConfig | null): string {
  return derived
    ? 'The last good configuration stays in force until this is corrected'
    : 'No configuration is in force until this is corrected: requests get 401';
}
