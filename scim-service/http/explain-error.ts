import { troubleshootingLink, type DocumentedReason } from '#common/troubleshooting-link.ts';
import { ScimError, type ScimType } from '../scim/scim-error.ts';
import { translateError, type ErrorAnswer } from './error-response.ts';
import { isFailure, outcomeOf } from './failure-class.ts';
import { HttpError } from './http-error.ts';

const TOPIC_OF_STATUS: Readonly<Record<number, DocumentedReason>> = { 401: 'Unauthorized', 413: 'TooLarge', 429: 'RateLimit' };

const TOPIC_OF_TYPE: Readonly<Partial<Record<ScimType, DocumentedReason>>> = {
  invalidCount: 'PageSize',
  invalidCursor: 'PageSize',
  expiredCursor: 'PageSize',
  tooMany: 'PageSize',
};

/**
 * Turns anything thrown into what the client gets, with the way to the paragraph that explains it at the end of the detail.
 * Directories show the detail to their admins. What a client is told every day (404, 405, 412) needs no explanation.
 * @param docsUrl see troubleshootingLink
 */
export function explainError(error: unknown, docsUrl: string | null): ErrorAnswer {
  const answer = translateError(error);
  const topic = topicOf(error, answer);
  return topic === null ? answer : { ...answer, detail: `${answer.detail} (see ${troubleshootingLink(topic, docsUrl)})` };
}

function topicOf(error: unknown, { status, scimType }: ErrorAnswer): DocumentedReason | null {
  if (error instanceof HttpError && error.topic !== null) return error.topic;
  if (error instanceof ScimError && error.reason !== null) return error.reason;
  const outcome = outcomeOf(status, error);
  if (!isFailure(outcome)) return TOPIC_OF_STATUS[status] ?? null;
  return (scimType === null ? null : TOPIC_OF_TYPE[scimType]) ?? outcome;
}
