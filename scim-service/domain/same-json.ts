import type { ScimValue } from '../scim/scim-value.ts';
import type { PersonValue } from './stored-user.ts';

/** Whether two JSON values are equal; the order of an object's keys doesn't matter, that of a list's values does. */
export function sameJson(left: ScimValue | PersonValue, right: ScimValue | PersonValue): boolean {
  if (typeof left !== 'object' || typeof right !== 'object') return left === right;
  if (Array.isArray(left) || Array.isArray(right)) {
    return (
      Array.isArray(left) && Array.isArray(right) && left.length === right.length && left.every((value, at) => sameJson(value, right[at]))
    );
  }
  const rightEntries = new Map(Object.entries(right));
  const leftEntries = Object.entries(left);
  return (
    leftEntries.length === rightEntries.size &&
    leftEntries.every(([name, value]) => {
      const other = rightEntries.get(name);
      return other !== undefined && sameJson(value, other);
    })
  );
}
