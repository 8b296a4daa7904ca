import type { FilterNode } from '#common/scim/filter-tree.ts';
import { findAttribute } from '#common/scim/resolve-path.ts';
import type { AttributeDefinition } from '#common/scim/schema.ts';
import { readAttributeValue } from '../resource/read-value.ts';
import type { ScimObject, ScimValue } from '../scim-value.ts';

/**
 * What a value must have to match a value filter: the parts of it that are joined by `and` and compare by `eq`. For
 * `type eq "work" and primary eq "True"` that is `{"type": "work", "primary": true}`; empty when there are none.
 */
export function entryFromFilter(filter: FilterNode, attribute: AttributeDefinition): ScimObject {
  const parts = equalParts(filter).flatMap(({ name, value }): [string, ScimValue][] => {
    const definition = findAttribute(attribute.subAttributes ?? [], name);
    const read = definition && readAttributeValue(definition, value, `${attribute.name}.${definition.name}`);
    return definition === null || read === null ? [] : [[definition.name, read]];
  });
  return Object.fromEntries(parts);
}

function equalParts(filter: FilterNode): readonly { readonly name: string; readonly value: unknown }[] {
  if (filter.kind === 'and') return filter.operands.flatMap(equalParts);
  const isEqual = filter.kind === 'compare' && filter.operator === 'eq' && filter.path.subAttribute === null;
  return isEqual ? [{ name: filter.path.attribute, value: filter.value }] : [];
}
