import type { ScimObject, ScimValue } from './scim-value.ts';

/** An object's own value of a name in canonical case, null when absent; `constructor` is a possible name. */
export function attributeValue(object: ScimObject, name: string): ScimValue | null {
  return Object.hasOwn(object, name) ? (object[name] ?? null) : null;
}

/** The object with another value of a name, without it for null; the very same object when nothing changes. */
export function withAttribute(object: ScimObject, name: string, value: ScimValue | null): ScimObject {
  if (attributeValue(object, name) === value) return object;
  const others = Object.entries(object).filter(([key]) => key !== name);
  if (value === null) return Object.fromEntries(others);
  // The place among the others is kept when there is one, so that answers don't jump around.
  if (Object.hasOwn(object, name)) return Object.fromEntries(Object.entries(object).map(([key, old]) => [key, key === name ? value : old]));
  return Object.fromEntries([...others, [name, value]]);
}

export function isEmptyObject(object: ScimObject): boolean {
  return Object.keys(object).length === 0;
}
