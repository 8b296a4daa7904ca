import { isScimList, isScimObject, type ScimValue } from './scim-value.ts';

/** Text that is equal for equal values, whatever the order of their sub-attributes. */
export function valueKey(value: ScimValue): string {
  if (isScimList(value)) return `[${value.map(valueKey).join(',')}]`;
  if (!isScimObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${valueKey(inner)}`).join(',')}}`;
}
