import type { Applied } from './action.ts';
import type { ConditionDraft } from './conditions.ts';
import type { Decision } from './decide.ts';
import type { OwedMail } from './notices.ts';
import { oneLine } from './one-line.ts';
import { failedWrite, waiting, type RunProblem } from './run-problem.ts';
import { tripConditionReason, tripWords } from './trip-words.ts';

/** The pods' reports bring the next run; this is for a report that never comes. */
const WAIT_FOR_PODS_MS = 30_000;

export interface PodCount {
  readonly pods: number;
  /** Pods that serve the revision that was decided on. */
  readonly acknowledged: number;
}

export function tokenCondition({ token, spec }: Pick<Decision, 'token' | 'spec'>): ConditionDraft {
  const type = 'TokenReady';
  if (spec === null)
    return { type, status: 'Unknown', reason: 'SpecInvalid', message: 'The spec does not say which Secret holds the token' };
  if (token.problem) return { type, status: 'False', reason: token.problem.reason, message: token.problem.message };
  switch (token.age) {
    case 'Fine':
      return { type, status: 'True', reason: 'Accepted', message: 'The token is accepted' };
    case 'ExpiresSoon':
      return {
        type,
        status: 'True',
        reason: 'ExpiresSoon',
        message: 'The token is accepted and reaches tokenPolicy.maxAge within 20 days; store a new one in its Secret and in the directory',
      };
    case 'Expired':
    default:
      return {
        type,
        status: 'True',
        reason: 'Expired',
        message: 'The token is accepted although it is older than tokenPolicy.maxAge; store a new one in its Secret and in the directory',
      };
  }
}

export function programmedCondition(decision: Decision, count: PodCount, failed: Applied['failed']): ConditionDraft {
  const type = 'Programmed';
  const problem = writeProblem(failed) ?? decision.specProblem ?? podProblem(count);
  if (problem) return { type, status: 'False', reason: problem.reason, message: problem.message };
  return { type, status: 'True', reason: 'Programmed', message: 'Every pod of the SCIM service serves this configuration' };
}

/** What a failed write means for the tenant; null for one that only delays (the mirror). */
export function writeProblem(failed: Applied['failed']): RunProblem | null {
  switch (failed?.action.kind) {
    case 'ApplyDerivedConfig':
      return failedWrite('ConfigNotWritten', 'The configuration for the SCIM service could not be written', failed.error);
    case 'CreateTokenSecret':
      return failedWrite('TokenNotCreated', `Secret "${failed.action.name}" could not be created`, failed.error);
    case 'MirrorDisabled':
    case 'Notify':
    case undefined:
    default:
      return null;
  }
}

/** Messages hold no numbers: these change with every rollout and stand in `status.programmed`. */
export function podProblem({ pods, acknowledged }: PodCount): RunProblem | null {
  if (pods === 0) {
    return waiting('WaitingForPods', 'No pod of the SCIM service is there; check that it is installed and running', WAIT_FOR_PODS_MS);
  }
  if (acknowledged >= pods) return null;
  return waiting(
    'WaitingForPods',
    'Not every pod of the SCIM service serves this configuration yet; status.programmed counts them',
    WAIT_FOR_PODS_MS,
  );
}

/** Null while the breaker is closed. */
export function trippedCondition({ breaker, spec }: Decision, docsUrl: string | null): ConditionDraft | null {
  const { status } = breaker;
  if (status.state === 'Closed') return null;
  const message = tripWords(status, spec?.failurePolicy.action ?? 'Disable', docsUrl);
  return { type: 'Tripped', status: 'True', reason: tripConditionReason(status.cause), message };
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
      ? { type, status: 'False', reason: 'Sending', message: 'The mail about the last trip is being sent' }
      : { type, status: 'False', reason: 'Retrying', message: `The mail about the last trip is tried again: ${oneLine(error, 300)}` };
  }
  return transport === 'log'
    ? {
        type,
        status: 'True',
        reason: 'WrittenToLog',
        message: 'The mail about the last trip is in the log of the operator; set SMTP_URL to have mails sent',
      }
    : { type, status: 'True', reason: 'Delivered', message: 'The mail server took the mail about the last trip for every contact' };
}
