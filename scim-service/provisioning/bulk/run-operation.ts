import { quoteValue } from '../../scim/quote-value.ts';
import { ScimError } from '../../scim/scim-error.ts';
import { referenceInId, resolveReferences } from './bulk-references.ts';
import type { BulkOperation } from './bulk-request.ts';
import type { BulkRun, Outcome } from './bulk-run.ts';
import type { OperationEndpoint } from './operation-endpoint.ts';
import type { PreparedOperation } from './prepared-operation.ts';

/** Does one operation as the single request would be done, all of it or nothing. Throws nothing. */
export async function runOperation(run: BulkRun, prepared: PreparedOperation): Promise<Outcome> {
  try {
    return await carryOut(run, prepared);
  } catch (error) {
    run.onThrown(error);
    return { kind: 'failed', error, id: null };
  }
}

async function carryOut({ targets, model, bulkIds }: BulkRun, { operation, endpoint }: PreparedOperation): Promise<Outcome> {
  if (endpoint instanceof ScimError) throw endpoint;
  const { method, version: ifMatch } = operation;
  const target = targets[endpoint.resources];
  const data = (): unknown => resolveReferences(requireData(operation), (bulkId) => bulkIds.idOf(bulkId));
  switch (method) {
    case 'POST': {
      requireCollection(operation, endpoint);
      const created = await target.create(model, data());
      if (operation.bulkId !== null) bulkIds.created(operation.bulkId, created.id);
      return done(201, created);
    }
    case 'PUT':
      return done(200, await target.replace(model, idOf(operation, endpoint, bulkIds), data(), ifMatch));
    case 'PATCH':
      return done(target.patchStatus, await target.patch(model, idOf(operation, endpoint, bulkIds), data(), ifMatch));
    case 'DELETE': {
      const id = idOf(operation, endpoint, bulkIds);
      await target.delete(model, id, ifMatch);
      return { kind: 'done', status: 204, id, version: null };
    }
    default:
      throw ScimError.invalidSyntax(`${operation.place}: "method" is ${quoteValue(method)}, but POST, PUT, PATCH or DELETE is expected`);
  }
}

/** The body of the single request. @throws ScimError invalidSyntax when there is none */
export function requireData({ data, method, place }: BulkOperation): unknown {
  if (data === undefined) throw ScimError.invalidSyntax(`${place}: "data" is nothing, but the body of the ${method} is expected`);
  return data;
}

/** @throws ScimError 405 for a POST to a single resource */
export function requireCollection({ place }: BulkOperation, { id, resources }: OperationEndpoint): void {
  if (id === null) return;
  throw new ScimError(405, null, `${place}: POST creates at /${resources}; a resource takes PUT, PATCH and DELETE`);
}

function idOf({ method, place }: BulkOperation, { id, resources }: OperationEndpoint, bulkIds: BulkRun['bulkIds']): string {
  if (id === null) {
    throw new ScimError(405, null, `${place}: ${method} needs the path of a resource, such as /${resources}/<id>`);
  }
  const bulkId = referenceInId(id);
  return bulkId === null ? id : bulkIds.idOf(bulkId);
}

function done(status: number, { id, version }: { readonly id: string; readonly version: number }): Outcome {
  return { kind: 'done', status, id, version };
}
