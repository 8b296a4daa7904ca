import { ScimSyntaxError } from '#common/scim/scim-syntax-error.ts';
import { TooManyMembersError } from '../provisioning/group-store.ts';
import { StoreUnavailableError } from '../provisioning/scim-store.ts';
import { UserNameTakenError } from '../provisioning/user-store.ts';
import { ScimError, type ScimType } from '../scim/scim-error.ts';
import { HttpError } from './http-error.ts';

const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** Seconds after which a client may find the store well again. */
const STORE_RETRY_AFTER = 30;

/** Seconds. As for a tenant that is switched off: a person has to act, so there is no use in asking more often. */
const WAVE_RETRY_AFTER = 300;

export interface ErrorAnswer {
  readonly status: number;
  readonly scimType: ScimType | null;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Who is to blame: `service` errors are logged with their cause. */
  readonly fault: 'client' | 'service';
}

/** Turns anything thrown into what the client gets. What is not known gets a neutral 500. */
export function translateError(error: unknown): ErrorAnswer {
  if (error instanceof ScimError) {
    return { status: error.status, scimType: error.scimType, detail: error.message, headers: headersOf(error), fault: 'client' };
  }
  if (error instanceof UserNameTakenError) {
    return { status: 409, scimType: 'uniqueness', detail: error.message, headers: {}, fault: 'client' };
  }
  if (error instanceof TooManyMembersError) {
    return { status: 413, scimType: null, detail: error.message, headers: {}, fault: 'client' };
  }
  if (error instanceof ScimSyntaxError) {
    // Paths of PATCH are translated where they are read; what comes up to here was a filter.
    return { status: 400, scimType: 'invalidFilter', detail: error.message, headers: {}, fault: 'client' };
  }
  if (error instanceof StoreUnavailableError) {
    return {
      status: 503,
      scimType: null,
      detail: 'the store of people does not answer at the moment; send the request again later',
      headers: { 'Retry-After': String(STORE_RETRY_AFTER) },
      fault: 'service',
    };
  }
  return {
    status: 500,
    scimType: null,
    detail: 'the service failed; its log has the cause under the X-Request-Id of this answer',
    headers: {},
    fault: 'service',
  };
}

function headersOf(error: ScimError): Readonly<Record<string, string>> {
  if (error instanceof HttpError) return error.headers;
  if (error.reason === 'DeactivationWave') return { 'Retry-After': String(WAVE_RETRY_AFTER) };
  // A use case that asks to try again (too many writers at once) means at once.
  return error.status === 503 ? { 'Retry-After': '1' } : {};
}

/** Body of an error (RFC 7644 section 3.12); the status is a string there. */
export function errorBody({ status, scimType, detail }: Pick<ErrorAnswer, 'status' | 'scimType' | 'detail'>): object {
  return { schemas: [ERROR_SCHEMA], status: String(status), ...(scimType === null ? {} : { scimType }), detail };
}
