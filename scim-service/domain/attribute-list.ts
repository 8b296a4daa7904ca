import { parseValuePath } from '#common/scim/parse-path.ts';
import { findExtension, resolveValuePath } from '#common/scim/resolve-path.ts';
import { ScimSyntaxError } from '#common/scim/scim-syntax-error.ts';
import type { ValuePath } from '#common/scim/filter-tree.ts';
import type { SchemaSet } from '#common/scim/schema.ts';

/** How much of an attribute a list names: all of it, or some sub-attributes. */
export type ListedPart = 'whole' | ReadonlySet<string>;

/**
 * What `attributes` or `excludedAttributes` names (RFC 7644 section 3.9), by schema URN and attribute name in canonical
 * case. Common attributes such as `meta` belong to the core schema.
 */
export type AttributeList = (schema: string, attribute: string) => ListedPart | null;

/** Names come in any case, with or without URN; what the tenant's schemas don't know is passed over, as RFC 7644 asks for unknown names. */
export function readAttributeList(names: readonly string[], schemas: SchemaSet): AttributeList {
  const wholeSchemas = new Set<string>();
  const parts = new Map<string, ListedPart>();
  for (const name of names.map((text) => text.trim())) {
    const schema = wholeSchema(name, schemas);
    if (schema !== null) {
      wholeSchemas.add(schema);
      continue;
    }
    const path = readPath(name);
    const resolved = path && resolveValuePath(path, schemas);
    if (!resolved) continue;
    const key = keyOf(resolved.schema.id, resolved.attribute.name);
    const before = parts.get(key) ?? new Set<string>();
    parts.set(key, resolved.subAttribute === null || before === 'whole' ? 'whole' : new Set([...before, resolved.subAttribute.name]));
  }
  return (schema, attribute) => (wholeSchemas.has(schema) ? 'whole' : (parts.get(keyOf(schema, attribute)) ?? null));
}

function wholeSchema(name: string, schemas: SchemaSet): string | null {
  if (name.toLowerCase() === schemas.core.id.toLowerCase()) return schemas.core.id;
  return findExtension(schemas, name)?.id ?? null;
}

function readPath(name: string): ValuePath | null {
  try {
    return parseValuePath(name);
  } catch (error) {
    if (error instanceof ScimSyntaxError) return null;
    throw error;
  }
}

function keyOf(schema: string, attribute: string): string {
  return `${schema}:${attribute}`;
}
