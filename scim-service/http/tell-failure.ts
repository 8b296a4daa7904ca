import { FAILURE_ADVICE } from '#common/failure-reasons.ts';
import type { RecentFailure } from '#common/pod-report.ts';
import type { PreparedOperation } from '../provisioning/bulk/prepared-operation.ts';
import { isJsonObject, memberOf } from '../scim/json-object.ts';
import { ScimError } from '../scim/scim-error.ts';
import type { Outcome } from '../tenancy/outcome-window.ts';
import type { AppContext } from './app-context.ts';
import { isFailure } from './failure-class.ts';
import type { FailedOperation } from './operation-outcome.ts';

type Addressed = Omit<FailedOperation, 'error'>;

/** Characters; a summary may name many attributes. */
const LONGEST_MESSAGE = 500;

const TYPE_OF_ENDPOINT: Readonly<Record<string, string>> = {
  Users: 'User',
  Groups: 'Group',
  '.search': 'search',
  Bulk: 'Bulk',
  Schemas: 'Schemas',
  ResourceTypes: 'ResourceTypes',
  ServiceProviderConfig: 'ServiceProviderConfig',
};

const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

const TELLABLE_ID = /^[A-Za-z0-9._-]{1,100}$/;

/**
 * Tells a failure without a value of any person: attributes and targets may be named, what stood in them may not.
 * @param now milliseconds since 1970
 * @returns null for what is no failure but an answer that directories expect, such as a 404
 */
export function tellFailure({ operation, subject, error }: FailedOperation, outcome: Outcome, now: number): RecentFailure | null {
  const reason = (error instanceof ScimError ? error.reason : null) ?? (isFailure(outcome) ? outcome : null);
  if (reason === null) return null;
  const message = (error instanceof ScimError ? error.summary : null) ?? FAILURE_ADVICE[reason].meaning;
  return { time: new Date(now).toISOString(), operation, subject, reason, message: cut(message) };
}

/** What a request is for, by its path and, where it was to create something, by its body. */
export function addressedBy(c: AppContext): Addressed {
  // Behind `/<namespace>/<name>/scim/v2`.
  const [endpoint = '', id = null] = c.req.path.split('/').slice(5);
  return addressed(c.req.method, { endpoint, id, body: c.get('body') });
}

/** @param prepared an operation of a bulk request */
export function addressedByOperation({ operation, endpoint }: PreparedOperation): Addressed {
  if (endpoint instanceof ScimError) return addressed(operation.method, { endpoint: 'Bulk', id: null, body: null });
  return addressed(operation.method, { endpoint: endpoint.resources, id: endpoint.id, body: operation.data });
}

function addressed(method: string, to: { readonly endpoint: string; readonly id: string | null; readonly body: unknown }): Addressed {
  const type = Object.hasOwn(TYPE_OF_ENDPOINT, to.endpoint) ? TYPE_OF_ENDPOINT[to.endpoint] : undefined;
  const search = to.id === '.search' ? 'search' : undefined;
  const words = [METHODS.includes(method) ? method : undefined, type, search].filter((word) => word !== undefined);
  const creates = method === 'POST' && to.id === null && (type === 'User' || type === 'Group');
  return {
    operation: words.length === 0 ? 'unknown' : words.join(' '),
    subject: creates ? externalIdOf(to.body) : search === undefined && to.id !== null && TELLABLE_ID.test(to.id) ? to.id : null,
  };
}

/**
 * The directory's id of a resource where it is one: Entra may be set to send the mail address or, by default, the
 * mailNickname as externalId. An address ends in a domain, a nickname seldom has a digit.
 */
function externalIdOf(body: unknown): string | null {
  const id = isJsonObject(body) ? memberOf(body, 'externalId') : undefined;
  if (typeof id !== 'string' || !TELLABLE_ID.test(id)) return null;
  return /\d/.test(id) && !/\.[A-Za-z]{2,}$/.test(id) ? id : null;
}

function cut(message: string): string {
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE - 1)}…` : message;
}
