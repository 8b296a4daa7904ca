import { findAttribute, type ResolvedPath } from '#common/scim/resolve-path.ts';
import { isJsonObject, type JsonObject } from '../json-object.ts';
import { REFUSED } from '../misfit.ts';
import { unwrapSingleElementList } from '../resource/dialects/unwrap-single-element-list.ts';
import { wrapBareValue } from '../resource/dialects/wrap-bare-value.ts';
import { isWritable } from '../resource/is-writable.ts';
import { isEmptyValue, readSingle, readValue, type ReadValue } from '../resource/read-value.ts';
import type { PatchOperation } from './patch-operation.ts';
import { notesOn, type PatchNotes } from './patch-notes.ts';

interface Assignment {
  readonly op: 'add' | 'replace';
  readonly path: ResolvedPath;
  readonly value: unknown;
  /** The path as the client wrote it, for messages. */
  readonly name: string;
}

/**
 * Brings the value of an add or replace to the type of its target.
 * @param notes gets what of the value isn't taken; when that is all of it, there is no operation
 */
export function readOperationValue(assignment: Assignment, notes: PatchNotes): readonly PatchOperation[] {
  const { op, path, value, name } = assignment;
  const { attribute, filter, subAttribute } = path;
  const noted = notesOn(path, name, notes);
  if (subAttribute !== null) return operation(op, path, readValue(subAttribute, value, name, noted));
  // A value filter selects values one by one, so that each gets one value.
  if (filter !== null) return operation(op, path, isEmptyValue(value) ? null : readSingle(attribute, value, name, noted));
  if (!attribute.multiValued && attribute.type === 'complex') {
    const object = wrapBareValue(attribute, unwrapSingleElementList(attribute, value));
    if (isJsonObject(object) && !isEmptyValue(object)) return readSubAttributes(assignment, object, notes);
  }
  return operation(op, path, readValue(attribute, value, name, noted));
}

function operation(op: Assignment['op'], path: ResolvedPath, value: ReadValue): readonly PatchOperation[] {
  return value === REFUSED ? [] : [{ op, path, value }];
}

/** `{"op": "replace", "path": "name", "value": {"familyName": "Doe", "middleName": ""}}` sets one, clears one, keeps the others. */
function readSubAttributes({ op, path, name }: Assignment, object: JsonObject, notes: PatchNotes): readonly PatchOperation[] {
  const noted = notesOn(path, name, notes);
  const operations = Object.entries(object).flatMap(([key, value]) => {
    const subAttribute = findAttribute(path.attribute.subAttributes ?? [], key);
    if (subAttribute === null) notes.ignored.add(`${path.attribute.name}.${key}`);
    if (subAttribute === null || !isWritable(subAttribute)) return [];
    const read = readValue(subAttribute, value, `${name}.${subAttribute.name}`, noted);
    return read === REFUSED ? [] : [{ op, path: Object.freeze({ ...path, subAttribute }), value: read }];
  });
  // Another `value` makes what was said about the old one void, so it comes before its new description.
  return operations.toSorted((a, b) => Number(b.path.subAttribute.name === 'value') - Number(a.path.subAttribute.name === 'value'));
}
