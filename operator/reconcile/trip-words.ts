import { troubleshootingLink } from '#common/troubleshooting-link.ts';
import { RESET_AT_ANNOTATION } from '../api/scim-tenant.ts';
import type { FailurePolicy } from '../api/scim-tenant-spec.ts';
import type { BreakerStatus } from '../api/scim-tenant-status.ts';
import type { TripCause } from '../api/trip.ts';

/** Three ways to close a breaker. */
const SWITCH_ON = `set spec.enabled to true, or give spec.failurePolicy.resetToken or the annotation ${RESET_AT_ANNOTATION} a new value`;

const SWITCHED_OFF: Readonly<Record<TripCause, string>> = {
  Failures: `the tenant is switched off; fix the cause, then ${SWITCH_ON}`,
  DeactivationWave:
    'the tenant is switched off, and those beyond the limit are left as they are; look first whether people have dropped out of the scope of ' +
    `the directory's application by mistake; if all of them shall go, ${SWITCH_ON}, which lets as many go each time, or raise ` +
    'users.maxDeactivations before that',
};

const IN_SERVICE: Readonly<Record<TripCause, string>> = {
  Failures: `the tenant stays in service (failurePolicy.action is NotifyOnly); look for the cause in the directory's provisioning log`,
  DeactivationWave:
    'the tenant stays in service (failurePolicy.action is NotifyOnly) and more may follow; look whether people have dropped out of the scope ' +
    "of the directory's application by mistake",
};

/** What an open breaker means and what to do, for whoever reads a condition, an Event or the log. */
export function tripWords(
  { reason, cause }: Pick<BreakerStatus, 'reason' | 'cause'>,
  action: FailurePolicy['action'],
  docsUrl: string | null,
): string {
  const words = action === 'NotifyOnly' ? IN_SERVICE[cause] : SWITCHED_OFF[cause];
  return `${reason}; ${words}; see ${troubleshootingLink(tripConditionReason(cause), docsUrl)}`;
}

/** Reason of the condition `Tripped`. */
export function tripConditionReason(cause: TripCause): 'TooManyFailures' | 'DeactivationWave' {
  return cause === 'DeactivationWave' ? 'DeactivationWave' : 'TooManyFailures';
}
