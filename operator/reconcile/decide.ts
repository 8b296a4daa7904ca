import { tenantConfigRevision, type TenantConfig } from '#common/tenant-config.ts';
import { isInvalidSpec, isPaused } from '../api/scim-tenant.ts';
import type { ScimTenantSpec } from '../api/scim-tenant-spec.ts';
import { NO_TOKEN, type BreakerStatus } from '../api/scim-tenant-status.ts';
import { evaluateBreaker, isMirrored, newBreaker, type BreakerResult } from '../breaker/evaluate-breaker.ts';
import { breakerInput } from './breaker-input.ts';
import { compileMapping } from './compile-mapping.ts';
import type { Decision } from './decision.ts';
import { deactivationGuard, desiredConfig, keptConfig } from './desired-config.ts';
import type { Observed } from './observed.ts';
import { pausedDecision } from './pause.ts';
import { explained, stalled } from './run-problem.ts';
import { switchedOffByMirror, tenantState } from './tenant-state.ts';
import { NO_ROTATION, tokenState } from './token-state.ts';

export function decide(observed: Observed): Decision {
  const { tenant, derived, now, docsUrl } = observed;
  const { spec } = tenant;
  const previous = tenant.status?.breaker ?? newBreaker(now);
  if (isPaused(tenant)) return pausedDecision(observed);
  if (isInvalidSpec(spec)) return keepEverything(observed, previous, spec.problems);

  const breaker = evaluateBreaker(breakerInput(observed, spec, previous));
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
    paused: false,
    breaker,
    finalizer: finalizerOf(tenant, spec),
    revertedBy: isMirrored(breaker.status) && spec.enabled ? tenant.enabledOwners : [],
    mirror: mirrorOf({ previous, breaker, spec, byMirror }),
    token: { ...token, problem: explained(token.problem, docsUrl) },
    specProblem: usable ? null : explained(stalled('MappingInvalid', `${mapping.problems.join('; ')}. ${lastGood(derived)}`), docsUrl),
    config,
    revision: config && tenantConfigRevision(config),
  };
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
    paused: false,
    breaker: { status: breaker, happened: 'none', withheld: null },
    revertedBy: [],
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
