import { assertBoundedDepth, isJsonObject, memberOf, type JsonObject } from '../../scim/json-object.ts';
import { quoteValue } from '../../scim/quote-value.ts';
import { ScimError } from '../../scim/scim-error.ts';
import type { BulkOperation, BulkRequest } from './bulk-request.ts';
import { patchDataAsList } from './dialects/patch-data-as-list.ts';

/** Most operations of one bulk request. Its size is held to the 1 MiB that any body may have. */
export const MAX_BULK_OPERATIONS = 1000;

/**
 * Reads the envelope of a bulk request (RFC 7644 section 3.7), names of members in any case. What is wrong here makes it
 * unclear what the client wants, so nothing is done at all; a method, path or data that can't be served fails its own
 * operation later. As in a PATCH, `schemas` is not looked at, and an empty list of operations is fine. A POST may lack
 * its bulkId: then nothing refers to it.
 *
 * @throws ScimError invalidSyntax; 413 for more than MAX_BULK_OPERATIONS
 */
export function readBulk(body: unknown): BulkRequest {
  if (!isJsonObject(body)) {
    throw ScimError.invalidSyntax(`The body is ${quoteValue(body)}, but a BulkRequest object with "Operations" is expected`);
  }
  assertBoundedDepth(body);
  const operations = memberOf(body, 'Operations');
  if (!Array.isArray(operations)) {
    throw ScimError.invalidSyntax(
      `"Operations" is ${quoteValue(operations)}, but a list of operations with "method", "path" and "data" is expected`,
    );
  }
  if (operations.length > MAX_BULK_OPERATIONS) {
    throw new ScimError(
      413,
      null,
      `the bulk request is too large: it has ${operations.length} operations; at most ${MAX_BULK_OPERATIONS} (maxOperations) are accepted`,
    );
  }
  const read = operations.map((operation: unknown, index) => readOperation(operation, `Operations[${index}]`));
  refuseSameBulkIds(read);
  return { failOnErrors: readFailOnErrors(memberOf(body, 'failOnErrors')), operations: read };
}

function readFailOnErrors(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
  throw ScimError.invalidSyntax(
    `"failOnErrors" is ${quoteValue(value)}, but a whole number from 1 is expected, or nothing to go on always`,
  );
}

function readOperation(operation: unknown, place: string): BulkOperation {
  if (!isJsonObject(operation)) {
    throw ScimError.invalidSyntax(`${place} is ${quoteValue(operation)}, but an object with "method", "path" and "data" is expected`);
  }
  const method = requiredText(operation, 'method', place, 'POST, PUT, PATCH or DELETE').toUpperCase();
  return {
    place,
    method,
    path: requiredText(operation, 'path', place, 'a path such as "/Users"'),
    bulkId: optionalText(operation, 'bulkId', place),
    version: optionalText(operation, 'version', place),
    data: patchDataAsList(method, memberOf(operation, 'data')),
  };
}

function requiredText(operation: JsonObject, name: string, place: string, expected: string): string {
  const value = memberOf(operation, name);
  if (typeof value === 'string') return value;
  throw ScimError.invalidSyntax(`${place}: "${name}" is ${quoteValue(value)}, but ${expected} is expected`);
}

function optionalText(operation: JsonObject, name: string, place: string): string | null {
  const value = memberOf(operation, name);
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') return value;
  throw ScimError.invalidSyntax(`${place}: "${name}" is ${quoteValue(value)}, but text is expected`);
}

/** Two resources of one bulkId would leave open which of them a reference means. */
function refuseSameBulkIds(operations: readonly BulkOperation[]): void {
  const places = new Map<string, string>();
  for (const { method, bulkId, place } of operations) {
    if (method !== 'POST' || bulkId === null) continue;
    const other = places.get(bulkId);
    if (other !== undefined) {
      throw ScimError.invalidSyntax(`${place}: "bulkId" ${quoteValue(bulkId)} is that of ${other} already; each POST needs its own`);
    }
    places.set(bulkId, place);
  }
}
