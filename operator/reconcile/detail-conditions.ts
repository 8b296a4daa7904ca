import type { ScimTenantSpec } from '../api/scim-tenant-spec.ts';
import type { Condition, TokenStatus } from '../api/scim-tenant-status.ts';
import type { BreakerResult } from '../breaker/evaluate-breaker.ts';
import type { Applied } from './action.ts';
import type { ConditionDraft } from './conditions.ts';
import type { Decision } from './decision.ts';
import type { OwedMail } from './notices.ts';
import type { Observed } from './observed.ts';
import { oneLine } from './one-line.ts';
import { podProblem, type PodCount } from './pod-problem.ts';
import { failedWrite, type RunProblem } from './run-problem.ts';
import { tripConditionReason, tripWords, withheldWords } from './trip-words.ts';

export function tokenCondition({ token, spec }: Pick<Decision, 'token' | 'spec'>, failed: Applied['failed']): ConditionDraft {
  const type = 'TokenReady';
  if (spec === null)
    return { type, status: 'Unknown', reason: 'SpecInvalid', message: 'The spec does not say which Secret holds the token' };
  if (token.problem) return { type, status: 'False', reason: token.problem.reason, message: token.problem.message };
  const [first, ...others] = tokenRemarks({ token, spec }, failed);
  if (first === undefined) return { type, status: 'True', reason: 'Accepted', message: 'The token is accepted' };
  const messages = [first, ...others].map(({ message }) => message);
  return { type, status: 'True', reason: first.reason, message: `The token is accepted; ${messages.join('; ')}` };
}

/** What there is to say of a token that is accepted, the most pressing first. */
function tokenRemarks(
  { token, spec }: { readonly token: Decision['token']; readonly spec: ScimTenantSpec },
  failed: Applied['failed'],
): readonly Pick<ConditionDraft, 'reason' | 'message'>[] {
  const renew = 'store a new one in its Secret and in the directory';
  const expired = token.age === 'Expired' && { reason: 'Expired', message: `it is older than tokenPolicy.maxAge; ${renew}` };
  const soon = token.age === 'ExpiresSoon' && {
    reason: 'ExpiresSoon',
    message: `it reaches tokenPolicy.maxAge within 20 days; ${renew}`,
  };
  const notWritten = failed?.action.kind === 'RotateToken' && {
    reason: 'TokenNotRotated',
    message: `a new one could not be written to Secret "${failed.action.name}": ${oneLine(failed.error.message, 300)}; it is tried again`,
  };
  const { refusedRotation } = token.status;
  const refused = refusedRotation !== null && {
    reason: 'RotationRefused',
    message: rotationRefusalWords(spec.tokenSecretRef.name, refusedRotation.reason),
  };
  return [expired, notWritten, refused, soon].filter((remark) => remark !== false);
}

/** Why a token is not rotated, and what to do instead. */
export function rotationRefusalWords(secret: string, obstacle: NonNullable<TokenStatus['refusedRotation']>['reason']): string {
  return obstacle === 'Immutable'
    ? `it is not rotated, since Secret "${secret}" is immutable; delete the Secret, and with tokenPolicy.generate a new one is made`
    : `it is not rotated, since Secret "${secret}" was not made by the operator for this tenant and is not the operator's to write; ` +
        'rotate it where it comes from';
}

export function programmedCondition(decision: Decision, count: PodCount, failed: Applied['failed']): ConditionDraft {
  const type = 'Programmed';
  const problem = writeProblem(failed) ?? decision.specProblem ?? podProblem(count);
  if (problem) return { type, status: 'False', reason: problem.reason, message: problem.message };
  return { type, status: 'True', reason: 'Programmed', message: 'Every pod of the SCIM service serves this configuration' };
}

/** What a failed write means for the tenant; null for one that only delays: the mirror, and a new token while the old one is good. */
export function writeProblem(failed: Applied['failed']): RunProblem | null {
  switch (failed?.action.kind) {
    case 'ApplyDerivedConfig':
      return failedWrite('ConfigNotWritten', 'The configuration for the SCIM service could not be written', failed.error);
    case 'CreateTokenSecret':
      return failedWrite('TokenNotCreated', `Secret "${failed.action.name}" could not be created`, failed.error);
    case 'HoldTenant':
      return failedWrite('FinalizerNotWritten', 'The finalizer for tenantDeletion: Delete could not be written', failed.error);
    case 'ReleaseTenant':
      return failedWrite('FinalizerNotWritten', 'The finalizer could not be taken off', failed.error);
    case 'MirrorDisabled':
    case 'Notify':
    case 'RotateToken':
    case undefined:
    default:
      return null;
  }
}

/** Null while the breaker is closed and nothing keeps it so. */
export function trippedCondition(decision: Decision, { tenant, docsUrl }: Pick<Observed, 'tenant' | 'docsUrl'>): ConditionDraft | null {
  const { breaker, revertedBy, spec } = decision;
  const { status } = breaker;
  const type = 'Tripped';
  if (status.state === 'Open') {
    const message = tripWords(status, { action: spec?.failurePolicy.action ?? 'Disable', revertedBy, docsUrl });
    return { type, status: 'True', reason: tripConditionReason(status.cause), message };
  }
  return withheldCondition(breaker, tenant.status?.conditions.find((before) => before.type === type) ?? null, docsUrl);
}

/** Figures change with every request, so the words of the first time stay for as long as the trip is withheld. */
function withheldCondition({ status, withheld }: BreakerResult, before: Condition | null, docsUrl: string | null): ConditionDraft | null {
  const reason = status.freeze !== null ? 'PlatformFailure' : withheld?.leave.kind === 'DryRun' ? 'DryRun' : null;
  if (reason === null) return null;
  if (before?.reason === reason) return before;
  return withheld && { type: 'Tripped', status: 'False', reason, message: withheldWords(withheld, docsUrl) };
}

/** Null when no mail is due. */
export function notificationCondition(mails: readonly OwedMail[], transport: 'smtp' | 'log'): ConditionDraft | null {
  if (mails.length === 0) return null;
  const type = 'NotificationDelivered';
  const open = mails.filter(({ delivery }) => delivery.state !== 'Delivered');
  if (open.length > 0) {
    const error = open.flatMap(({ delivery }) =>
      delivery.state === 'Pending' && delivery.lastError !== null ? [delivery.lastError] : [],
    )[0];
    return error === undefined
      ? { type, status: 'False', reason: 'Sending', message: 'A mail to the contacts is being sent' }
      : { type, status: 'False', reason: 'Retrying', message: `A mail to the contacts is tried again: ${oneLine(error, 300)}` };
  }
  return transport === 'log'
    ? {
        type,
        status: 'True',
        reason: 'WrittenToLog',
        message: 'The mails are in the log of the operator; set SMTP_URL to have mails sent',
      }
    : { type, status: 'True', reason: 'Delivered', message: 'The mail server took every mail to the contacts' };
}
