import { COMMON_ATTRIBUTES } from '#common/scim/common-attributes.ts';
import { parseValuePath } from '#common/scim/parse-path.ts';
import { findAttribute, findExtension, resolveValuePath, type ResolvedPath } from '#common/scim/resolve-path.ts';
import { ScimSyntaxError } from '#common/scim/scim-syntax-error.ts';
import type { SchemaSet } from '#common/scim/schema.ts';
import { isJsonObject, type JsonObject } from '../../json-object.ts';

/**
 * Entra with the flag aadOptscim062020 and clients that build bodies like its path-less PATCH: paths as keys, such as
 * `{"name.givenName": "Ann", "urn:…:enterprise:2.0:User:department": "Sales"}` for
 * `{"name": {"givenName": "Ann"}, "urn:…:enterprise:2.0:User": {"department": "Sales"}}`; also the core schema's URN
 * around attributes, and an extension's attribute without its URN. Keys that name nothing stay as they are.
 */
export function expandKeys(body: JsonObject, schemas: SchemaSet): JsonObject {
  if (Object.keys(body).every((key) => isPlainKey(key, schemas))) return body;
  const expanded = new Map<string, unknown>();
  for (const [key, value] of Object.entries(body)) {
    if (key.toLowerCase() === schemas.core.id.toLowerCase() && isJsonObject(value)) {
      for (const [name, inner] of Object.entries(expandKeys(value, schemas))) merge(expanded, name, inner);
    } else {
      const [name, inner] = isPlainKey(key, schemas) ? [canonicalKey(key, schemas), value] : nest(key, value, schemas);
      merge(expanded, name, inner);
    }
  }
  return Object.fromEntries(expanded);
}

function isPlainKey(key: string, schemas: SchemaSet): boolean {
  return coreAttribute(key, schemas) !== null || findExtension(schemas, key) !== null;
}

function coreAttribute(key: string, { core }: SchemaSet): string | null {
  return (findAttribute(core.attributes, key) ?? findAttribute(COMMON_ATTRIBUTES, key))?.name ?? null;
}

function canonicalKey(key: string, schemas: SchemaSet): string {
  return coreAttribute(key, schemas) ?? findExtension(schemas, key)?.id ?? key;
}

function nest(key: string, value: unknown, schemas: SchemaSet): [string, unknown] {
  const path = resolveKey(key, schemas);
  if (path === null || path.filter !== null) return [key, value];
  const inner = path.subAttribute === null ? value : { [path.subAttribute.name]: value };
  return path.extension ? [path.schema.id, { [path.attribute.name]: inner }] : [path.attribute.name, inner];
}

function resolveKey(key: string, schemas: SchemaSet): ResolvedPath | null {
  try {
    return resolveValuePath(parseValuePath(key), schemas);
  } catch (error) {
    // A key that is no path names no attribute either.
    if (error instanceof ScimSyntaxError) return null;
    throw error;
  }
}

function merge(into: Map<string, unknown>, name: string, value: unknown): void {
  into.set(name, merged(into.get(name), value));
}

/** Depth is that of the body, which was bounded before. */
function merged(before: unknown, after: unknown): unknown {
  if (!isJsonObject(before) || !isJsonObject(after)) return after;
  const members = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(after)) members.set(name, merged(members.get(name), value));
  return Object.fromEntries(members);
}
