import { ScimError } from './scim-error.ts';

/** An object of a request's JSON. Read its members by `Object.entries` or `memberOf`: `__proto__` may be one of them. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Value of an object's own member, its name in any case; undefined when it is absent. */
export function memberOf(object: JsonObject, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  return Object.entries(object).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/** A SCIM request nests 5 levels at most: PATCH operations, extension, attribute, values, sub-attributes. */
const MAX_DEPTH = 32;

/**
 * Looks once through a body without recursion, so that whatever reads it afterwards may recurse.
 * @throws ScimError invalidSyntax
 */
export function assertBoundedDepth(body: unknown): void {
  let level: unknown[] = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) {
      const detail = `The body nests deeper than ${MAX_DEPTH} levels; write it flatter`;
      throw ScimError.invalidSyntax(detail, { summary: detail });
    }
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
}
