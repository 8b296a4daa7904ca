/** What can stand in a JSON object, and what BSON makes of it. */
type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/**
 * Makes the names in a JSON value safe as names of BSON fields: `.` separates the steps of a path in MongoDB, a leading
 * `$` starts an operator (`$ref` would come back as a DBRef), a NUL ends a name, and the serializer takes an object with
 * `_bsontype` for one of its own. Such characters are percent-encoded: `urn:x:2.0:User` is stored as `urn:x:2%2E0:User`.
 */
export function encodeKeys<T extends Json>(value: T): T {
  return mapKeys(value, encodeKey) as T;
}

/** Undoes `encodeKeys` exactly. */
export function decodeKeys<T extends Json>(value: T): T {
  return mapKeys(value, decodeKey) as T;
}

/** One name, as `encodeKeys` has it. */
export function encodeKey(key: string): string {
  // eslint-disable-next-line no-control-regex -- NUL is meant.
  return key.replace(/[%.\u0000]|^\$|^_(?=bsontype$)/g, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
    return `%${code}`;
  });
}

function decodeKey(key: string): string {
  return key.replace(/%([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

function mapKeys(value: Json, rename: (key: string) => string): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json) => mapKeys(item, rename));
  // fromEntries defines properties, so that even "__proto__" is a name like any other.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [rename(key), mapKeys(item, rename)]));
}
