import type { SchemaSet } from '#common/scim/schema.ts';
import { attributeValue, isEmptyObject, withAttribute } from '../attribute-value.ts';
import { withOnePrimary } from '../resource/one-primary.ts';
import { ScimError } from '../scim-error.ts';
import { isScimList, isScimObject, type ScimObject, type ScimValue } from '../scim-value.ts';
import { valueKey } from '../value-identity.ts';
import { addValues } from './add-values.ts';
import { changeValues, withSubAttribute } from './change-values.ts';
import type { PatchOperation } from './patch-operation.ts';
import { PatchWork } from './patch-work.ts';

/**
 * Applies operations in their order (RFC 7644 section 3.5.2) and returns a new resource, or the very same one when
 * nothing changes; a thrown error leaves nothing half done. To remove what isn't there is fine. At most one value of an
 * attribute stays primary, the newest.
 *
 * @throws ScimError noTarget; mutability when a required attribute would be gone; 413 for operations on too many values
 */
export function applyPatch(resource: ScimObject, operations: readonly PatchOperation[], schemas: SchemaSet): ScimObject {
  const work = new PatchWork();
  const patched = operations.reduce((current, operation) => {
    work.add(current, operation);
    return applyOperation(current, operation);
  }, resource);
  for (const { name, required } of schemas.core.attributes) {
    if (!required || attributeValue(resource, name) === null || attributeValue(patched, name) !== null) continue;
    // RFC 7644 section 3.5.2.2 names this code.
    const detail = `${name} is required and cannot be removed; a new value is accepted`;
    throw new ScimError(400, 'mutability', detail, { summary: detail });
  }
  return valueKey(patched) === valueKey(resource) ? resource : patched;
}

function applyOperation(resource: ScimObject, operation: PatchOperation): ScimObject {
  const { schema, extension, attribute } = operation.path;
  if (!extension) return withAttribute(resource, attribute.name, nextValue(attributeValue(resource, attribute.name), operation));
  const stored = attributeValue(resource, schema.id);
  const attributes = stored !== null && isScimObject(stored) ? stored : {};
  const changed = withAttribute(attributes, attribute.name, nextValue(attributeValue(attributes, attribute.name), operation));
  if (changed === attributes) return resource;
  return withAttribute(resource, schema.id, isEmptyObject(changed) ? null : changed);
}

function nextValue(current: ScimValue | null, operation: PatchOperation): ScimValue | null {
  const { op, path } = operation;
  const value = operation.op === 'remove' ? null : operation.value;
  const { attribute, filter, subAttribute } = path;
  if (attribute.multiValued) return nextList(current, operation, value);
  if (filter !== null) return changeValues(current === null ? [] : [current], op, path, value).at(-1) ?? null;
  if (subAttribute === null) return value;
  return withSubAttribute(current !== null && isScimObject(current) ? current : {}, subAttribute.name, value);
}

function nextList(current: ScimValue | null, { op, path }: PatchOperation, value: ScimValue | null): ScimValue | null {
  const before = current === null ? [] : listOf(current);
  const changed = changeList(before, op, path, value);
  const known = new Set(before);
  const after = withOnePrimary(changed, (entry) => !known.has(entry));
  if (after.length === 0) return null;
  const isSame = after.length === before.length && after.every((entry, index) => entry === before[index]);
  return isSame ? current : after;
}

function changeList(
  before: readonly ScimValue[],
  op: PatchOperation['op'],
  path: PatchOperation['path'],
  value: ScimValue | null,
): readonly ScimValue[] {
  if (path.filter !== null || path.subAttribute !== null) return changeValues(before, op, path, value);
  // To add nothing changes nothing; to replace by nothing clears.
  if (op === 'add') return value === null ? before : addValues(path.attribute, before, listOf(value));
  return value === null ? [] : listOf(value);
}

function listOf(value: ScimValue): readonly ScimValue[] {
  return isScimList(value) ? value : [value];
}
