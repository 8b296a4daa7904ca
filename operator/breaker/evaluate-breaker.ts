import type { DeactivationWave } from '#common/pod-report.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import type { FailurePolicy } from '../api/scim-tenant-spec.ts';
import { CLOSED_BREAKER, type BreakerStatus, type PlatformFreeze } from '../api/scim-tenant-status.ts';
import type { TripCause } from '../api/trip.ts';
import { rememberManifests, setByPerson, type EnabledField } from './enabled-owners.ts';
import { isOverLimits, tripOf, type Trip } from './trip-limits.ts';
import { tripReason } from './trip-reason.ts';
import type { WindowTotals } from './window-totals.ts';

/** What becomes of a trip. Only one for failures can be the platform's fault; a wave is the tenant's own matter. */
export type TripLeave =
  | { readonly kind: 'Allowed' }
  /** BREAKER_DRY_RUN: every trip is told, and none happens. */
  | { readonly kind: 'DryRun' }
  /** Not yet known how many other tenants fail too; asked again after so many milliseconds. */
  | { readonly kind: 'Held'; readonly milliseconds: number }
  | { readonly kind: 'Frozen'; readonly freeze: PlatformFreeze };

export interface BreakerInput {
  readonly previous: BreakerStatus;
  readonly policy: FailurePolicy;
  /** Totals of the previous status' epoch within the policy's window; null while no pod has been asked yet. */
  readonly totals: WindowTotals | null;
  /** Of the same epoch and window; null while there is none. */
  readonly wave: DeactivationWave | null;
  /** `spec.enabled` as it is now. */
  readonly enabled: boolean;
  readonly enabledOwners: readonly string[];
  readonly possibleOwners: readonly string[];
  readonly enablingManifests: readonly string[];
  /** See `toolManagers`. */
  readonly tools: readonly string[];
  readonly leave: TripLeave;
  /** Value of the annotation `scim-operator.dev/reset-at`; empty when it is absent. */
  readonly resetAt: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A trip that did not happen. */
export interface WithheldTrip {
  readonly leave: Exclude<TripLeave, { kind: 'Allowed' }>;
  readonly cause: TripCause;
  /** As `BreakerStatus.reason` would be. */
  readonly reason: string;
}

export interface BreakerResult {
  readonly status: BreakerStatus;
  /** `released`: a freeze is over. */
  readonly happened: 'tripped' | 'closed' | 'released' | 'none';
  readonly withheld: WithheldTrip | null;
}

/**
 * Next state of a tenant's breaker.
 *
 * Closed: opens when requests >= minRequests, failures >= maxFailures and failures/requests >= maxFailureRatio, and at
 * once for a wave of deactivations, unless the tenant is switched off anyway or `leave` says otherwise. Open: closes when a
 * person has set `spec.enabled` back to true after the mirror had made it false, when `resetToken` or the annotation
 * `reset-at` has a new value, and with `action: NotifyOnly` by itself once the window is below the limits and without a
 * wave. A tool, or a manifest, that reverts `spec.enabled` changes nothing. Each closing, and the end of a freeze, starts
 * the next epoch, so what opened it, or would have, cannot open it again.
 */
export function evaluateBreaker(input: BreakerInput): BreakerResult {
  const { policy, resetAt } = input;
  const previous = withManifests(input);
  const seen = { observedResetToken: policy.resetToken, observedResetAt: resetAt };
  if (previous.state === 'Open') {
    if (mustClose(input)) return { status: { ...closed(previous), ...seen }, happened: 'closed', withheld: null };
    return { status: previous, happened: 'none', withheld: null };
  }
  // Without a change the same value is given back: a run that finds nothing new writes nothing.
  const current =
    previous.observedResetToken === policy.resetToken && previous.observedResetAt === resetAt ? previous : { ...previous, ...seen };
  const trip = input.enabled ? tripOf(input) : null;
  const { leave } = input;
  const isOwnMatter = trip?.cause === 'DeactivationWave' && leave.kind !== 'DryRun';
  if (current.freeze !== null && isOver(leave) && !isOwnMatter) return { status: released(current), happened: 'released', withheld: null };
  if (trip === null) return { status: marked(current, trip, leave), happened: 'none', withheld: null };
  if (leave.kind === 'Allowed' || isOwnMatter) return { status: opened(current, trip, input), happened: 'tripped', withheld: null };
  const withheld = { leave, cause: trip.cause, reason: tripReason(trip, policy) };
  return { status: marked(current, trip, leave), happened: 'none', withheld };
}

/**
 * Breaker of a tenant that nobody has looked at yet. Its first epoch is the time, which no tenant that had the name before
 * can have reached by counting its closings: what pods remember of that one's failures does not count.
 * @param now milliseconds since 1970
 */
export function newBreaker(now: number): BreakerStatus {
  return { ...CLOSED_BREAKER, epoch: now };
}

/** The mirror of the last trip is in force. */
export function isMirrored(breaker: BreakerStatus): boolean {
  return breaker.trips > 0 && breaker.mirroredTrip === breaker.trips;
}

function withManifests(input: BreakerInput): BreakerStatus {
  const { previous } = input;
  const enablingManifests = rememberManifests(previous.enablingManifests, fieldOf(input));
  return enablingManifests === previous.enablingManifests ? previous : { ...previous, enablingManifests };
}

function fieldOf({ enabled, enabledOwners, possibleOwners, enablingManifests }: BreakerInput): EnabledField {
  return { enabled, owners: enabledOwners, possibleOwners, manifests: enablingManifests };
}

function mustClose(input: BreakerInput): boolean {
  const { previous, policy, totals, wave, tools, resetAt } = input;
  if (policy.resetToken !== previous.observedResetToken || resetAt !== previous.observedResetAt) return true;
  if (isMirrored(previous) && setByPerson(fieldOf(input), previous.enablingManifests, tools)) return true;
  return policy.action === 'NotifyOnly' && totals !== null && wave === null && !isOverLimits(totals, policy);
}

function closed(previous: BreakerStatus): BreakerStatus {
  return { ...previous, state: 'Closed', reason: '', openedAt: null, epoch: previous.epoch + 1, mirroredTrip: 0 };
}

function opened(current: BreakerStatus, trip: Trip, { policy, now }: BreakerInput): BreakerStatus {
  return {
    ...current,
    ...trip,
    state: 'Open',
    reason: tripReason(trip, policy),
    openedAt: rfc3339(now),
    trips: current.trips + 1,
    freeze: null,
  };
}

/** While nobody knows (`Held`), a freeze of a leader before goes on. */
function isOver({ kind }: TripLeave): boolean {
  return kind === 'Allowed' || kind === 'DryRun';
}

/** What failed was the platform's fault: it is forgiven, or everybody would trip when the freeze ends. */
function released(current: BreakerStatus): BreakerStatus {
  return { ...current, freeze: null, epoch: current.epoch + 1 };
}

/** The mark stays until the freeze is over, so that whoever leads then knows whose failures are to be forgiven. */
function marked(current: BreakerStatus, trip: Trip | null, leave: TripLeave): BreakerStatus {
  if (leave.kind !== 'Frozen' || (trip === null && current.freeze === null)) return current;
  const { since, told } = leave.freeze;
  return current.freeze?.since === since && current.freeze.told.length === told.length ? current : { ...current, freeze: leave.freeze };
}
