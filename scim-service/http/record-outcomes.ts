import type { MiddlewareHandler } from 'hono';
import type { FailureClass } from '#common/pod-report.ts';
import type { AppEnv } from './app-context.ts';
import { outcomeOf } from './failure-class.ts';
import { isRead } from './is-read.ts';

/**
 * Counts what became of each request of an enabled tenant, for the reports that the operator's breaker works with.
 * Stands behind all that may refuse a request for reasons that are not the synchronisation's.
 * @param parts.clock milliseconds since 1970
 */
export function recordOutcomes({ clock }: { readonly clock: () => number }): MiddlewareHandler<AppEnv> {
  return async function recordOutcome(c, next) {
    await next();
    const { window, activity } = c.get('tenant');
    const now = clock();
    const write = !isRead(c.req.method, c.req.path);
    const failures: FailureClass[] = [];
    for (const outcome of c.get('outcomes') ?? [outcomeOf(c.res.status, c.error)]) {
      if (outcome === null) continue;
      window.record(outcome, now);
      activity.record(outcome, { write, now });
      if (outcome !== 'Success' && outcome !== 'Refused') failures.push(outcome);
    }
    if (failures.length > 0) c.set('failures', failures);
  };
}
