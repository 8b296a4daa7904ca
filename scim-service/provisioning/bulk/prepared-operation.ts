import type { TenantModel } from '../../domain/tenant-model.ts';
import { isJsonObject } from '../../scim/json-object.ts';
import { ScimError } from '../../scim/scim-error.ts';
import { referenceInId, referencesIn } from './bulk-references.ts';
import type { BulkOperation } from './bulk-request.ts';
import { readEndpoint, type OperationEndpoint } from './operation-endpoint.ts';

/** An operation with what its order depends on. */
export interface PreparedOperation {
  readonly operation: BulkOperation;
  /** Or why it can't be done, which is said when its turn comes. */
  readonly endpoint: OperationEndpoint | ScimError;
  /** bulkIds that its path or data refers to. */
  readonly references: ReadonlySet<string>;
  /** Ids in its data, and all other text there: what it may say of resources that other operations change. */
  readonly texts: ReadonlySet<string>;
}

/** @param baseUrl of the tenant, `…/scim/v2` */
export function prepareOperation(operation: BulkOperation, model: TenantModel, baseUrl: string): PreparedOperation {
  const endpoint = endpointOf(operation, model, baseUrl);
  if (endpoint instanceof ScimError) return { operation, endpoint, references: new Set(), texts: new Set() };
  const inPath = endpoint.id === null ? null : referenceInId(endpoint.id);
  const inData = operation.method === 'DELETE' ? new Set<string>() : referencesIn(operation.data);
  return {
    operation,
    endpoint,
    references: inPath === null ? inData : new Set([inPath, ...inData]),
    texts: textsIn(operation.data),
  };
}

function endpointOf(operation: BulkOperation, model: TenantModel, baseUrl: string): OperationEndpoint | ScimError {
  try {
    return readEndpoint(operation, model, baseUrl);
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
}

function textsIn(data: unknown, found = new Set<string>()): Set<string> {
  if (typeof data === 'string') found.add(data);
  else if (Array.isArray(data)) for (const entry of data) textsIn(entry, found);
  else if (isJsonObject(data)) for (const value of Object.values(data)) textsIn(value, found);
  return found;
}
