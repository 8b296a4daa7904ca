import type { FilterNode, ValuePath } from './filter-tree.ts';
import type { AttributeDefinition, SchemaDefinition, SchemaSet } from './schema.ts';
import { COMMON_ATTRIBUTES } from './common-attributes.ts';

/** What a path means for one set of schemas. */
export interface ResolvedPath {
  /** Where the attribute is defined; the core schema for common attributes such as `externalId`. */
  readonly schema: SchemaDefinition;
  /** Whether the attribute's value is under the schema's URN rather than at the top of the resource. */
  readonly extension: boolean;
  readonly attribute: AttributeDefinition;
  /** As in the path; its names are not looked up. */
  readonly filter: FilterNode | null;
  readonly subAttribute: AttributeDefinition | null;
}

/**
 * Looks up the names of a path without regard to case. A name without a schema is looked for in the core schema, among
 * the common attributes, then in the extensions in their order (clients write `manager` and `department` that way).
 *
 * @returns a frozen object, or null when a name is unknown. A path that is nothing but an extension's URN is unknown too.
 */
export function resolveValuePath(path: ValuePath, schemas: SchemaSet): ResolvedPath | null {
  const place = findPlace(path, schemas);
  if (place === null) return null;
  const { subAttribute: name, filter } = path;
  if (name === null) return Object.freeze({ ...place, filter, subAttribute: null });
  const subAttribute = findAttribute(place.attribute.subAttributes ?? [], name);
  return subAttribute && Object.freeze({ ...place, filter, subAttribute });
}

type Place = Pick<ResolvedPath, 'schema' | 'extension' | 'attribute'>;

function findPlace({ schema, attribute: name }: ValuePath, schemas: SchemaSet): Place | null {
  if (schema === null) return findInCore(name, schemas) ?? findInExtensions(name, schemas);
  if (sameName(schema, schemas.core.id)) return findInCore(name, schemas);
  const extension = findExtension(schemas, schema);
  return extension && findInExtension(name, extension);
}

function findInCore(name: string, { core }: SchemaSet): Place | null {
  const attribute = findAttribute(core.attributes, name) ?? findAttribute(COMMON_ATTRIBUTES, name);
  return attribute && { schema: core, extension: false, attribute };
}

function findInExtensions(name: string, { extensions }: SchemaSet): Place | null {
  for (const extension of extensions) {
    const place = findInExtension(name, extension);
    if (place !== null) return place;
  }
  return null;
}

function findInExtension(name: string, schema: SchemaDefinition): Place | null {
  const attribute = findAttribute(schema.attributes, name);
  return attribute && { schema, extension: true, attribute };
}

/** Finds a definition by name in any case. */
export function findAttribute(attributes: readonly AttributeDefinition[], name: string): AttributeDefinition | null {
  return attributes.find((attribute) => sameName(attribute.name, name)) ?? null;
}

/** Finds an extension by URN in any case; never the core schema. */
export function findExtension(schemas: SchemaSet, urn: string): SchemaDefinition | null {
  return schemas.extensions.find((extension) => sameName(extension.id, urn)) ?? null;
}

/** Names and URNs are ASCII, so that lower-casing both is enough; a different length spares it. */
function sameName(left: string, right: string): boolean {
  return left.length === right.length && left.toLowerCase() === right.toLowerCase();
}
