import { troubleshootingLink } from '#common/troubleshooting-link.ts';
import { RESET_AT_ANNOTATION } from '../api/scim-tenant.ts';
import type { FailurePolicy } from '../api/scim-tenant-spec.ts';
import type { BreakerStatus } from '../api/scim-tenant-status.ts';
import type { TripCause } from '../api/trip.ts';
import type { WithheldTrip } from '../breaker/evaluate-breaker.ts';

/** Ways to close a breaker that always work. */
const RESET = `give spec.failurePolicy.resetToken or the annotation ${RESET_AT_ANNOTATION} a new value`;
const SWITCH_ON = `set spec.enabled to true, or ${RESET}`;

const SWITCHED_OFF: Readonly<Record<TripCause, (switchOn: string) => string>> = {
  Failures: (switchOn) => `the tenant is switched off; fix the cause, then ${switchOn}`,
  DeactivationWave: (switchOn) =>
    'the tenant is switched off, and those beyond the limit are left as they are; look first whether people have dropped out of the scope of ' +
    `the directory's application by mistake; if all of them shall go, ${switchOn}, which lets as many go each time, or raise ` +
    'users.maxDeactivations before that',
};

const IN_SERVICE: Readonly<Record<TripCause, string>> = {
  Failures: `the tenant stays in service (failurePolicy.action is NotifyOnly); look for the cause in the directory's provisioning log`,
  DeactivationWave:
    'the tenant stays in service (failurePolicy.action is NotifyOnly) and more may follow; look whether people have dropped out of the scope ' +
    "of the directory's application by mistake",
};

export interface TripWordsOptions {
  readonly action: FailurePolicy['action'];
  /** Who has put `spec.enabled` back to true, which counts for nothing; whoever sets it to true now changes nothing. */
  readonly revertedBy?: readonly string[];
  readonly docsUrl: string | null;
}

/** What an open breaker means and what to do, for whoever reads a condition, an Event or the log. */
export function tripWords(
  { reason, cause }: Pick<BreakerStatus, 'reason' | 'cause'>,
  { action, revertedBy = [], docsUrl }: TripWordsOptions,
): string {
  const switchOn =
    revertedBy.length === 0 ? SWITCH_ON : `${RESET} (spec.enabled: true comes from ${revertedBy.join(', ')} and does not count)`;
  const words = action === 'NotifyOnly' ? IN_SERVICE[cause] : SWITCHED_OFF[cause](switchOn);
  return `${reason}; ${words}; see ${troubleshootingLink(tripConditionReason(cause), docsUrl)}`;
}

/** Reason of the condition `Tripped`. */
export function tripConditionReason(cause: TripCause): 'TooManyFailures' | 'DeactivationWave' {
  return cause === 'DeactivationWave' ? 'DeactivationWave' : 'TooManyFailures';
}

/** A trip that did not happen. */
export function withheldWords({ leave, reason }: WithheldTrip, docsUrl: string | null): string {
  return leave.kind === 'DryRun'
    ? `Dry run: this would open the breaker: ${reason}; nothing is done, since the operator runs with BREAKER_DRY_RUN; see ${troubleshootingLink('DryRun', docsUrl)}`
    : `${reason}; the tenant stays in service, because many tenants fail at once, which is taken for a failure of the platform; see ${troubleshootingLink('PlatformFailure', docsUrl)}`;
}
