import { etagOf } from '../../domain/etag.ts';
import { ScimError } from '../../scim/scim-error.ts';
import type { BulkIds } from './bulk-ids.ts';
import { referenceInId } from './bulk-references.ts';
import type { Outcome } from './bulk-run.ts';
import type { PreparedOperation } from './prepared-operation.ts';

/** What a client gets for an error: the status of a single request, and its body (RFC 7644 section 3.12). */
export interface DescribedError {
  readonly status: number;
  readonly body: object;
}

/** Result of one operation, as it is written (RFC 7644 section 3.7.3). */
export interface OperationResult {
  /** Absent when a POST failed, and when the path has a reference that nothing stands for or can't be read. */
  readonly location?: string;
  readonly method: string;
  readonly bulkId?: string;
  /** ETag of the resource as the operation left it. */
  readonly version?: string;
  /** Of the single request, as text. */
  readonly status: string;
  /** The error; absent when all went well. */
  readonly response?: object;
}

export interface ResultOptions {
  /** Of the tenant, `…/scim/v2`. */
  readonly baseUrl: string;
  readonly bulkIds: BulkIds;
  readonly describeError: (error: unknown, operation: PreparedOperation) => DescribedError;
}

/** To be asked when all operations are done, because then all bulkIds are known. */
export function operationResult(prepared: PreparedOperation, outcome: Outcome, options: ResultOptions): OperationResult {
  const { operation, endpoint } = prepared;
  const { method, bulkId } = operation;
  const described = outcome.kind === 'failed' ? options.describeError(outcome.error, prepared) : null;
  const id = outcome.id ?? (endpoint instanceof ScimError ? null : addressedId(endpoint.id, options.bulkIds));
  return {
    ...(id === null || endpoint instanceof ScimError
      ? {}
      : { location: `${options.baseUrl}/${endpoint.resources}/${encodeURIComponent(id)}` }),
    method,
    ...(bulkId === null ? {} : { bulkId }),
    ...(outcome.kind === 'done' && outcome.version !== null ? { version: etagOf(outcome.version) } : {}),
    status: String(described?.status ?? (outcome.kind === 'done' ? outcome.status : 500)),
    ...(described === null ? {} : { response: described.body }),
  };
}

/** Id of the resource that a path names; null for the path of all resources. */
function addressedId(id: string | null, bulkIds: BulkIds): string | null {
  const bulkId = id === null ? null : referenceInId(id);
  if (bulkId === null) return id;
  return bulkIds.has(bulkId) ? bulkIds.idOf(bulkId) : null;
}
