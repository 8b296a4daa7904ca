import type { FilterNode } from '#common/scim/filter-tree.ts';
import { findAttribute, type ResolvedPath } from '#common/scim/resolve-path.ts';
import type { AttributeDefinition } from '#common/scim/schema.ts';
import { isScimList, isScimObject, type ScimObject, type ScimValue } from '../../scim-value.ts';
import { REFUSED } from '../../misfit.ts';
import { readValue, type ReadNotes } from '../../resource/read-value.ts';

/**
 * Entra without the flag aadOptscim062020, and JumpCloud: `remove` of a whole multi-valued attribute with a list of values
 * means these only, such as `{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "id"}]}` for
 * `members[value eq "id"]`. Read as RFC 7644 has it, which knows no value here, it would empty a group.
 *
 * @param notes gets listed values that can't be read
 * @returns null when no values are listed, and the path means what it says
 */
export function removeListedValues(path: ResolvedPath, value: unknown, place: string, notes: ReadNotes): readonly ResolvedPath[] | null {
  if (!path.attribute.multiValued || path.filter !== null || path.subAttribute !== null || value === undefined || value === null)
    return null;
  const listed = readValue(path.attribute, value, place, notes);
  if (listed === null || listed === REFUSED || !isScimList(listed)) return [];
  const filters = listed.map((entry) => filterOf(entry, path)).filter((filter) => filter !== null);
  return filters.map((filter) => Object.freeze({ ...path, filter }));
}

function filterOf(entry: ScimValue, { attribute }: ResolvedPath): FilterNode | null {
  if (isScimList(entry)) return null;
  if (!isScimObject(entry)) return equal('value', entry);
  const operands = identifyingNames(entry, attribute).flatMap((name) => equalMember(entry, name));
  return operands.length === 0 ? null : { kind: 'and', operands };
}

/** A value is known by its `value` and `type`, a member of a group by its id alone; an address, which has no `value`, by all of it. */
function identifyingNames(entry: ScimObject, { subAttributes }: AttributeDefinition): readonly string[] {
  const value = findAttribute(subAttributes ?? [], 'value');
  if (value?.mutability === 'immutable') return ['value'];
  return value !== null || Object.hasOwn(entry, 'value') ? ['value', 'type'] : Object.keys(entry);
}

function equalMember(entry: ScimObject, name: string): FilterNode[] {
  const value = Object.hasOwn(entry, name) ? entry[name] : undefined;
  return value === undefined || isScimList(value) || isScimObject(value) ? [] : [equal(name, value)];
}

function equal(name: string, value: string | number | boolean): FilterNode {
  return { kind: 'compare', path: { schema: null, attribute: name, subAttribute: null }, operator: 'eq', value };
}
