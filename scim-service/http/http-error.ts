import type { DocumentedReason } from '#common/troubleshooting-link.ts';
import { ScimError, type ScimType } from '../scim/scim-error.ts';

interface HttpErrorOptions {
  readonly scimType?: ScimType;
  readonly headers?: Readonly<Record<string, string>>;
  readonly topic?: DocumentedReason;
}

/** A refusal of the HTTP layer: a ScimError with the headers that belong to its status. */
export class HttpError extends ScimError {
  readonly headers: Readonly<Record<string, string>>;
  /** Paragraph that explains it; null for the usual one of its status. */
  readonly topic: DocumentedReason | null;
  constructor(status: number, detail: string, options: HttpErrorOptions = {}) {
    super(status, options.scimType ?? null, detail);
    this.name = 'HttpError';
    this.headers = options.headers ?? {};
    this.topic = options.topic ?? null;
  }
}

/** The client went away before its request was whole; nobody reads the answer, and it is nobody's failure. */
export class RequestCutOffError extends HttpError {
  constructor() {
    super(400, 'the connection ended before the request was whole');
    this.name = 'RequestCutOffError';
  }
}

/** One text for every reason, so that a caller can't tell which tenants exist. */
export function unauthorized(): HttpError {
  return new HttpError(401, 'no tenant with this URL and this bearer token; check the tenant URL and the secret token', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
}

/** @param seconds for Retry-After */
export function tooManyRequests(detail: string, seconds: number): HttpError {
  return new HttpError(429, detail, { headers: { 'Retry-After': String(seconds) } });
}

/** @param seconds for Retry-After */
export function unavailable(detail: string, seconds: number, topic: DocumentedReason): HttpError {
  return new HttpError(503, detail, { headers: { 'Retry-After': String(seconds) }, topic });
}

export function methodNotAllowed(method: string, allow: string): HttpError {
  return new HttpError(405, `${method} is not possible here; use ${allow}`, { headers: { Allow: allow } });
}

export function notImplemented(detail: string): HttpError {
  return new HttpError(501, detail);
}
