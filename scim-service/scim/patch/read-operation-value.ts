import { findAttribute, type ResolvedPath } from '#common/scim/resolve-path.ts';
import type { IgnoredAttributes } from '../ignored-attributes.ts';
import { isJsonObject, type JsonObject } from '../json-object.ts';
import { unwrapSingleElementList } from '../resource/dialects/unwrap-single-element-list.ts';
import { wrapBareValue } from '../resource/dialects/wrap-bare-value.ts';
import { isWritable } from '../resource/is-writable.ts';
import { isEmptyValue, readAttributeValue } from '../resource/read-value.ts';
import type { PatchOperation } from './patch-operation.ts';

interface Assignment {
  readonly op: 'add' | 'replace';
  readonly path: ResolvedPath;
  readonly value: unknown;
  /** The path as the client wrote it, for messages. */
  readonly name: string;
}

/**
 * Brings the value of an add or replace to the type of its target.
 * @throws ScimError invalidValue
 */
export function readOperationValue(assignment: Assignment, ignored: IgnoredAttributes): readonly PatchOperation[] {
  const { op, path, value, name } = assignment;
  const { attribute, filter, subAttribute } = path;
  if (subAttribute !== null) return [{ op, path, value: readAttributeValue(subAttribute, value, name) }];
  const read = (): PatchOperation => ({
    op,
    path,
    value: readAttributeValue(targetOf(path), value, name, (unknown) => ignored.add(unknown)),
  });
  if (attribute.multiValued || filter !== null || attribute.type !== 'complex') return [read()];
  const object = wrapBareValue(attribute, unwrapSingleElementList(attribute, value));
  return isJsonObject(object) && !isEmptyValue(object) ? readSubAttributes(assignment, object, ignored) : [read()];
}

/** A value filter selects values one by one, so that each gets one value. */
function targetOf({ attribute, filter }: ResolvedPath): ResolvedPath['attribute'] {
  return filter === null ? attribute : { ...attribute, multiValued: false };
}

/** `{"op": "replace", "path": "name", "value": {"familyName": "Doe", "middleName": ""}}` sets one, clears one, keeps the others. */
function readSubAttributes({ op, path, name }: Assignment, object: JsonObject, ignored: IgnoredAttributes): readonly PatchOperation[] {
  const operations = Object.entries(object).flatMap(([key, value]) => {
    const subAttribute = findAttribute(path.attribute.subAttributes ?? [], key);
    if (subAttribute === null) ignored.add(`${path.attribute.name}.${key}`);
    if (subAttribute === null || !isWritable(subAttribute)) return [];
    const read = readAttributeValue(subAttribute, value, `${name}.${subAttribute.name}`);
    return [{ op, path: Object.freeze({ ...path, subAttribute }), value: read }];
  });
  // Another `value` makes what was said about the old one void, so it comes before its new description.
  return operations.toSorted((a, b) => Number(b.path.subAttribute.name === 'value') - Number(a.path.subAttribute.name === 'value'));
}
