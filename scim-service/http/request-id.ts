import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from './app-context.ts';

/** What is taken over from a caller: short, and nothing that could forge a log line. */
const SANE_ID = /^[A-Za-z0-9._:-]{1,64}$/;

/** Gives each request an id: the caller's `X-Request-Id` when it is sane, else a new one. Answers carry it too. */
export function identifyRequests({ newRequestId }: { readonly newRequestId: () => string }): MiddlewareHandler<AppEnv> {
  return async function identifyRequest(c, next) {
    const given = c.req.header('x-request-id');
    c.set('requestId', given !== undefined && SANE_ID.test(given) ? given : newRequestId());
    await next();
  };
}
