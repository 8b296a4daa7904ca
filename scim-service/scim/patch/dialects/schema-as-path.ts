import { findExtension } from '#common/scim/resolve-path.ts';
import type { SchemaSet } from '#common/scim/schema.ts';
import { isEmptyValue } from '../../resource/read-value.ts';
import { isJsonObject } from '../../json-object.ts';
import type { RawOperation } from '../patch-operation.ts';

/**
 * Entra and Okta apps: a schema's URN as path or key with an object of its attributes, such as
 * `{"urn:…:enterprise:2.0:User": {"department": "Sales"}}`: one operation for each of them, so that the others stay. With
 * `remove`, or with nothing as value, the whole extension is cleared.
 */
export function schemaAsPath(operation: RawOperation, schemas: SchemaSet): readonly RawOperation[] {
  const { op, path, value } = operation;
  if (path === null) return [operation];
  const extension = findExtension(schemas, path);
  const urn = extension?.id ?? (path.toLowerCase() === schemas.core.id.toLowerCase() ? schemas.core.id : null);
  if (urn === null) return [operation];
  if (op !== 'remove' && isJsonObject(value) && !isEmptyValue(value)) {
    return Object.entries(value).map(([key, inner]) => ({ ...operation, path: `${urn}:${key}`, value: inner, pathFrom: 'key' }));
  }
  if (extension === null || (op !== 'remove' && !isEmptyValue(value))) return [operation];
  if (op === 'add') return [];
  return extension.attributes.map(({ name }) => ({ ...operation, op: 'remove', path: `${urn}:${name}`, value: undefined }));
}
