import { attributeValue } from '../scim/attribute-value.ts';
import { ScimError } from '../scim/scim-error.ts';
import { isScimList, isScimObject, type ScimValue } from '../scim/scim-value.ts';

/**
 * Ids of members that a request lists, each once. What else it says of them (`type`, `$ref`, `display`) follows from the id.
 * @param value of `members`, canonical; null for none
 * @throws ScimError 400 invalidValue for a member without an id
 */
export function memberIds(value: ScimValue | null): readonly string[] {
  if (value === null) return [];
  return [...new Set((isScimList(value) ? value : [value]).map(memberId))];
}

function memberId(member: ScimValue): string {
  const id = isScimObject(member) ? attributeValue(member, 'value') : null;
  if (typeof id === 'string') return id;
  throw ScimError.invalidValue(
    'a value of members has no "value"; the id of a user or a group is expected, such as {"value": "2819c223-…"}',
  );
}
