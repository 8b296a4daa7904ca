import { Hono } from 'hono';
import type { BulkTargets } from '../provisioning/bulk/bulk-targets.ts';
import type { DescribedError } from '../provisioning/bulk/operation-result.ts';
import type { PreparedOperation } from '../provisioning/bulk/prepared-operation.ts';
import { runBulk } from '../provisioning/bulk/run-bulk.ts';
import type { AppEnv } from './app-context.ts';
import { errorBody } from './error-response.ts';
import { explainError } from './explain-error.ts';
import { outcomeOf } from './failure-class.ts';
import { methodNotAllowed } from './http-error.ts';
import { readJsonBody } from './json-body.ts';
import type { OperationOutcome } from './operation-outcome.ts';
import type { RequestEvents } from './request-events.ts';
import { respond } from './scim-response.ts';
import { addressedByOperation } from './tell-failure.ts';
import { tenantUrl } from './tenant-url.ts';

export interface BulkRouteParts {
  readonly targets: BulkTargets;
  readonly events: RequestEvents;
  readonly externalUrl: string | null;
  readonly docsUrl: string | null;
}

const DONE: OperationOutcome = { outcome: 'Success', failed: null };

/** `/Bulk` (RFC 7644 section 3.7). Each operation counts for the breaker as its single request would. */
export function bulkRoute({ targets, events, externalUrl, docsUrl }: BulkRouteParts): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.post('/Bulk', async (c) => {
    const failed: OperationOutcome[] = [];
    const describeError = (error: unknown, operation: PreparedOperation): DescribedError => {
      const answer = explainError(error, docsUrl);
      failed.push({
        outcome: outcomeOf(answer.status, error),
        failed: { ...addressedByOperation(operation), error },
      });
      return { status: answer.status, body: errorBody(answer) };
    };
    const onFault = (error: unknown): void => {
      events.faulted({ requestId: c.get('requestId'), tenant: c.get('requested') ?? null, error });
    };
    const body = await readJsonBody(c);
    const bulk = { targets, describeError, onFault };
    const response = await runBulk(bulk, c.get('tenant').model, body, { baseUrl: tenantUrl(c, externalUrl) });
    const done = response.Operations.length - failed.length;
    // An empty request counts as the one that it is.
    if (response.Operations.length > 0) c.set('operations', [...Array.from({ length: done }, () => DONE), ...failed]);
    return respond(c, 200, response);
  });

  routes.all('/Bulk', (c) => {
    throw methodNotAllowed(c.req.method, 'POST');
  });
  return routes;
}
