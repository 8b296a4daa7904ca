import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { TENANT_PATH, type AppContext, type AppEnv } from './app-context.ts';
import type { RequestEvents } from './request-events.ts';

/** Methods that a label may show; node:http lets about thirty more through. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Reports each answer, with the time that it took. */
export function observeRequests({ events }: { readonly events: RequestEvents }): MiddlewareHandler<AppEnv> {
  return async function observeRequest(c, next) {
    const begun = performance.now();
    await next();
    events.answered({
      requestId: c.get('requestId'),
      tenant: c.get('requested') ?? null,
      method: METHODS.has(c.req.method) ? c.req.method : 'OTHER',
      route: routeOf(c),
      status: c.res.status,
      seconds: (performance.now() - begun) / 1_000,
      failures: c.get('failures') ?? [],
      refusal: c.get('refusal') ?? null,
    });
  };
}

/** Template of the route that a request is for, even when it was refused before it got there: `/Users/:id`. */
function routeOf(c: AppContext): string {
  // The first one is the most specific: `/Users/.search` stands before `/Users/:id`.
  const path = matchedRoutes(c).find((route) => !route.path.endsWith('*'))?.path;
  if (path === undefined) return 'unknown';
  return path.startsWith(TENANT_PATH) ? path.slice(TENANT_PATH.length) : path;
}
