import type { MiddlewareHandler } from 'hono';
import type { FailureClass } from '#common/pod-report.ts';
import type { AppContext, AppEnv } from './app-context.ts';
import { isFailure, outcomeOf } from './failure-class.ts';
import { isRead } from './is-read.ts';
import type { OperationOutcome } from './operation-outcome.ts';
import { addressedBy, tellFailure } from './tell-failure.ts';

/**
 * Counts what became of each request of an enabled tenant, for the reports that the operator's breaker works with, and notes
 * the last failures for whoever looks for their cause.
 * Stands behind all that may refuse a request for reasons that are not the synchronisation's.
 * @param parts.clock milliseconds since 1970
 */
export function recordOutcomes({ clock }: { readonly clock: () => number }): MiddlewareHandler<AppEnv> {
  return async function recordOutcome(c, next) {
    const tenant = c.get('tenant');
    using _ = tenant.activity.requestBegins();
    await next();
    const now = clock();
    const write = !isRead(c.req.method, c.req.path);
    const failures: FailureClass[] = [];
    for (const { outcome, failed } of c.get('operations') ?? [wholeRequest(c)]) {
      if (outcome === null) continue;
      tenant.window.record(outcome, now);
      tenant.activity.record(outcome, { write, now });
      if (isFailure(outcome)) failures.push(outcome);
      const told = failed && tellFailure(failed, outcome, now);
      if (told) tenant.failures.record(told);
    }
    if (failures.length > 0) c.set('failures', failures);
  };
}

function wholeRequest(c: AppContext): OperationOutcome {
  const { error } = c;
  return { outcome: outcomeOf(c.res.status, error), failed: error === undefined ? null : { ...addressedBy(c), error } };
}
