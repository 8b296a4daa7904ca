import { parseDuration } from '#common/duration.ts';
import { isInvalidSpec, isPaused, RESET_AT_ANNOTATION } from '../api/scim-tenant.ts';
import type { ScimTenantSpec } from '../api/scim-tenant-spec.ts';
import type { BreakerStatus } from '../api/scim-tenant-status.ts';
import { currentWave } from '../breaker/current-wave.ts';
import { newBreaker, type BreakerInput } from '../breaker/evaluate-breaker.ts';
import type { TripWish } from '../breaker/platform-freeze.ts';
import { tripOf } from '../breaker/trip-limits.ts';
import { windowTotals } from '../breaker/window-totals.ts';
import type { Observed, Seen } from './observed.ts';

/** What the breaker is decided by. */
export function breakerInput(observed: Observed, spec: ScimTenantSpec, previous: BreakerStatus): BreakerInput {
  const { settings, leave } = observed;
  return {
    ...fieldsOf(observed, spec, previous),
    tools: settings.tools,
    leave: settings.dryRun ? { kind: 'DryRun' } : leave,
  };
}

/**
 * What this tenant adds to the count that decides whether the platform fails. One that tripped for failures counts for as
 * long as its window: tenants that fail one after the other fail all the same.
 */
export function tripWish(seen: Seen): TripWish {
  const { tenant, now } = seen;
  const { spec, status } = tenant;
  if (isInvalidSpec(spec) || isPaused(tenant)) return 'Off';
  const previous = status?.breaker ?? newBreaker(now);
  if (previous.state === 'Open') {
    // A time that has not come yet is of before the clock was set back.
    const isRecent = previous.openedAt !== null && Math.abs(now - Date.parse(previous.openedAt)) < parseDuration(spec.failurePolicy.window);
    return previous.cause === 'Failures' && isRecent ? 'Wants' : 'Off';
  }
  if (!spec.enabled) return 'Off';
  return tripOf({ ...fieldsOf(seen, spec, previous), wave: null }) === null ? 'Fine' : 'Wants';
}

function fieldsOf({ tenant, pods, now }: Seen, spec: ScimTenantSpec, previous: BreakerStatus): Omit<BreakerInput, 'tools' | 'leave'> {
  const window = { epoch: previous.epoch, milliseconds: parseDuration(spec.failurePolicy.window), now };
  return {
    previous,
    policy: spec.failurePolicy,
    totals: pods && windowTotals(pods.outcomes, window),
    wave: pods && currentWave(pods.waves, window),
    enabled: spec.enabled,
    enabledOwners: tenant.enabledOwners,
    possibleOwners: tenant.possibleOwners,
    enablingManifests: tenant.enablingManifests,
    resetAt: tenant.annotations[RESET_AT_ANNOTATION] ?? '',
    now,
  };
}
