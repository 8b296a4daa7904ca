import { setImmediate } from 'node:timers/promises';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { ScimError } from '../../scim/scim-error.ts';
import { StoreUnavailableError } from '../scim-store.ts';
import { BulkIds } from './bulk-ids.ts';
import type { BulkRun, Outcome } from './bulk-run.ts';
import type { BulkTargets } from './bulk-targets.ts';
import { operationResult, type DescribedError, type OperationResult } from './operation-result.ts';
import { planOrder, type Step } from './plan-order.ts';
import { prepareOperation, type PreparedOperation } from './prepared-operation.ts';
import { readBulk } from './read-bulk.ts';
import { runCircle } from './run-circle.ts';
import { runOperation } from './run-operation.ts';

export interface BulkParts {
  readonly targets: BulkTargets;
  /** Describes what an operation threw; asked once for each failed operation that is reported, in the order of the results. */
  readonly describeError: (error: unknown, operation: PreparedOperation) => DescribedError;
  /** Gets what the service is to blame for, a store that fails or a defect, for the log. */
  readonly onFault: (error: unknown) => void;
}

/** The answer as it is written; its HTTP status is 200, whatever the operations' are. */
export interface BulkResponse {
  readonly schemas: readonly string[];
  readonly Operations: readonly OperationResult[];
}

const BULK_RESPONSE_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

/**
 * Does a bulk request (RFC 7644 section 3.7): each operation as its single request would be done, whatever became of others,
 * in the order of planOrder; results in the order of the client. After `failOnErrors` errors the rest is neither done nor
 * reported. When the store fails, the rest is not tried but answered 503 as well, so that the client sees what to send again.
 *
 * @param options.baseUrl of the tenant, `…/scim/v2` without a slash at its end
 * @throws ScimError 400 invalidSyntax, 413 (see readBulk); then nothing was done
 */
export async function runBulk(
  { targets, describeError, onFault }: BulkParts,
  model: TenantModel,
  body: unknown,
  { baseUrl }: { readonly baseUrl: string },
): Promise<BulkResponse> {
  const { failOnErrors, operations } = readBulk(body);
  const prepared = operations.map((operation) => prepareOperation(operation, model, baseUrl));
  const bulkIds = new BulkIds(operations.flatMap(({ method, bulkId }) => (method === 'POST' ? (bulkId ?? []) : [])));
  const outages: StoreUnavailableError[] = [];
  const onThrown = (error: unknown): void => {
    if (error instanceof StoreUnavailableError) outages.push(error);
    if (!(error instanceof ScimError)) onFault(error);
  };
  const run: BulkRun = { targets, model, bulkIds, onThrown };

  const outcomes = new Map<PreparedOperation, Outcome>();
  let errors = 0;
  for (const step of planOrder(prepared)) {
    if (failOnErrors !== null && errors >= failOnErrors) break;
    // SQLite works on this thread: other requests come in between, as they would between single ones.
    await setImmediate();
    for (const [operation, outcome] of await runStep(run, step, outages[0] ?? null)) {
      outcomes.set(operation, outcome);
      if (outcome.kind === 'failed') errors += 1;
    }
  }

  const results = prepared.flatMap((operation) => {
    const outcome = outcomes.get(operation);
    return outcome === undefined ? [] : [operationResult(operation, outcome, { baseUrl, bulkIds, describeError })];
  });
  return { schemas: [BULK_RESPONSE_SCHEMA], Operations: results };
}

/** @param outage of the store, for which the step is not even tried */
async function runStep(
  run: BulkRun,
  { members, circular }: Step,
  outage: StoreUnavailableError | null,
): Promise<ReadonlyMap<PreparedOperation, Outcome>> {
  if (outage !== null) return new Map(members.map((member) => [member, { kind: 'failed', error: outage, id: null }]));
  if (circular) return runCircle(run, members);
  const outcomes = new Map<PreparedOperation, Outcome>();
  for (const member of members) outcomes.set(member, await runOperation(run, member));
  return outcomes;
}
