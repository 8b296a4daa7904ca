import type { MiddlewareHandler } from 'hono';
import { ScimError } from '../scim/scim-error.ts';
import type { AppEnv } from './app-context.ts';

export interface RequestLimits {
  /** Bytes, as they come and decompressed. */
  readonly body: number;
  /** Characters. */
  readonly filter: number;
}

export const DEFAULT_LIMITS: RequestLimits = { body: 1024 * 1024, filter: 10_000 };

/**
 * Refuses by what the head of a request says, before anything is read or looked up. A body that does not announce its
 * length is limited where it is read.
 */
export function limitRequests(limits: RequestLimits = DEFAULT_LIMITS): MiddlewareHandler<AppEnv> {
  return async function limitRequest(c, next) {
    if (Number(c.req.header('content-length') ?? 0) > limits.body) throw bodyTooLarge(limits);
    // An encoded filter is never shorter than the decoded one.
    if (c.req.url.length > limits.filter) {
      const length = c.req.query('filter')?.length ?? 0;
      if (length > limits.filter) throw filterTooLong(length, limits);
    }
    await next();
  };
}

export function bodyTooLarge(limits: RequestLimits): ScimError {
  return new ScimError(413, null, `the body is too large; at most ${limits.body} bytes are accepted`);
}

function filterTooLong(length: number, limits: RequestLimits): ScimError {
  return new ScimError(400, 'invalidFilter', `the filter has ${length} characters; at most ${limits.filter} are accepted`);
}
