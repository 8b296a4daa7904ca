import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from './app-context.ts';
import { outcomeOf } from './failure-class.ts';

/**
 * Counts what became of each request of an enabled tenant, for the reports that the operator's breaker works with.
 * Stands behind all that may refuse a request for reasons that are not the synchronisation's.
 * @param parts.clock milliseconds since 1970
 */
export function recordOutcomes({ clock }: { readonly clock: () => number }): MiddlewareHandler<AppEnv> {
  return async function recordOutcome(c, next) {
    await next();
    const outcome = outcomeOf(c.res.status, c.error);
    if (outcome === null) return;
    const { window, activity } = c.get('tenant');
    const now = clock();
    window.record(outcome, now);
    activity.record(outcome, { write: c.req.method !== 'GET' && c.req.method !== 'HEAD', now });
    if (outcome !== 'Success' && outcome !== 'Refused') c.set('failure', outcome);
  };
}
