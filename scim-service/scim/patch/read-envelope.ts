import { isJsonObject, memberOf, type JsonObject } from '../json-object.ts';
import { quoteValue } from '../quote-value.ts';
import { ScimError } from '../scim-error.ts';
import { lowerCaseOp } from './dialects/lower-case-op.ts';
import type { RawOperation } from './patch-operation.ts';

const MAX_OPERATIONS = 1000;

/**
 * Reads what is around paths and values. Members that RFC 7644 doesn't have are passed over, such as the `id` beside
 * `Operations` and the `name` in an operation that Microsoft's samples send; so is a missing or other `schemas`. No
 * operations at all are fine: Entra's validator sends `"Operations": []`.
 *
 * @throws ScimError invalidSyntax; 413 for too many operations
 */
export function readEnvelope(body: JsonObject): readonly RawOperation[] {
  const operations = memberOf(body, 'Operations');
  if (!Array.isArray(operations)) {
    throw ScimError.invalidSyntax(
      `"Operations" is ${quoteValue(operations)}, but a list of operations with "op", "path" and "value" is expected`,
      { summary: '"Operations" is not a list of operations' },
    );
  }
  if (operations.length > MAX_OPERATIONS) {
    throw new ScimError(
      413,
      null,
      `"Operations" is ${quoteValue(operations)}; at most ${MAX_OPERATIONS} operations in one request are accepted`,
      { summary: `"Operations" has more than ${MAX_OPERATIONS} operations` },
    );
  }
  return operations.map((operation: unknown, index) => readOperation(operation, `Operations[${index}]`));
}

function readOperation(operation: unknown, place: string): RawOperation {
  if (!isJsonObject(operation)) {
    throw ScimError.invalidSyntax(`${place} is ${quoteValue(operation)}, but an object with "op", "path" and "value" is expected`, {
      summary: `${place} is not an object`,
    });
  }
  const op = lowerCaseOp(memberOf(operation, 'op'));
  if (op !== 'add' && op !== 'replace' && op !== 'remove') {
    throw ScimError.invalidSyntax(`${place}: "op" is ${quoteValue(op)}, but add, replace or remove is expected`, {
      summary: `${place}: "op" is not add, replace or remove`,
    });
  }
  return { op, path: readPath(memberOf(operation, 'path'), place), value: memberOf(operation, 'value'), place, pathFrom: 'path' };
}

function readPath(path: unknown, place: string): string | null {
  if (path === undefined || path === null || path === '') return null;
  if (typeof path === 'string') return path;
  throw new ScimError(400, 'invalidPath', `${place}: "path" is ${quoteValue(path)}, but a string such as "name.givenName" is expected`, {
    summary: `${place}: "path" is not a string`,
  });
}
