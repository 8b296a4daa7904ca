import { isJsonObject } from '../../json-object.ts';
import type { RawOperation } from '../patch-operation.ts';

/**
 * An add or replace without a path whose value names the attributes (RFC 7644 section 3.5.2.1): one operation for each key.
 * Okta: `{"op": "replace", "value": {"active": false}}`. Entra with the flag aadOptscim062020 writes whole paths as keys:
 * `{"name.givenName": "Ann", "urn:…:enterprise:2.0:User:employeeNumber": "7"}`.
 */
export function keysAsPaths(operation: RawOperation): readonly RawOperation[] {
  const { op, path, value } = operation;
  if (op === 'remove' || path !== null || !isJsonObject(value)) return [operation];
  return Object.entries(value).map(([key, inner]) => ({ ...operation, path: key, value: inner, pathFrom: 'key' }));
}
