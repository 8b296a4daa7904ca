import { COMMON_ATTRIBUTES } from './common-attributes.ts';
import type { AttributePath, FilterNode, ValuePath } from './filter-tree.ts';
import { comparisonProblem } from './comparison-problem.ts';
import { nearestNames } from './nearest-names.ts';
import { parseValuePath } from './parse-path.ts';
import { printValuePath } from './print.ts';
import { findAttribute, findExtension, resolveValuePath, type ResolvedPath } from './resolve-path.ts';
import { ScimSyntaxError } from './scim-syntax-error.ts';
import type { AttributeDefinition, SchemaSet } from './schema.ts';
import { isCustomExtensionUrn } from './tenant-schemas.ts';

/** A mapping's source that can't be used; the message says why and what would be accepted, for the author of the mapping. */
export class MappingSourceError extends Error {
  readonly code = 'mapping_source';
  constructor(source: string, problem: string, options?: ErrorOptions) {
    super(`mapping source ${quoted(source)}: ${problem}`, options);
    this.name = 'MappingSourceError';
  }
}

export interface MappingSource {
  /** The source with all names in canonical case and an extension's attribute behind its URN. */
  readonly canonical: string;
  /** Its filter has names in canonical case too. */
  readonly path: ResolvedPath;
}

/**
 * Reads a mapping's source, such as `emails[type eq "work"].value`.
 *
 * @param schemas what `tenantSchemas` makes of the whole mapping
 * @throws MappingSourceError when it isn't a path, names an unknown attribute or one that a directory can't send
 */
export function compileMappingSource(source: string, schemas: SchemaSet): MappingSource {
  const parsed = parse(source);
  const found = resolveValuePath(parsed, schemas);
  if (found === null) throw new MappingSourceError(source, unknownName(parsed, schemas));
  const problem = misuse(found);
  if (problem !== null) throw new MappingSourceError(source, problem);
  const path = Object.freeze({ ...found, filter: found.filter && canonicalFilter(source, found.filter, found.attribute) });
  return Object.freeze({ canonical: canonicalText(path), path });
}

function parse(source: string): ValuePath {
  try {
    return parseValuePath(source);
  } catch (error) {
    if (!(error instanceof ScimSyntaxError)) throw error;
    throw new MappingSourceError(source, `${error.message}; write for example userName, name.givenName or emails[type eq "work"].value`, {
      cause: error,
    });
  }
}

function unknownName(path: ValuePath, schemas: SchemaSet): string {
  const { schema, attribute: name, subAttribute } = path;
  const isCore = schema === null || schema.toLowerCase() === schemas.core.id.toLowerCase();
  const extension = schema === null ? null : findExtension(schemas, schema);
  if (!isCore && extension === null) return unknownSchema(path, schemas);

  const attribute = resolveValuePath({ ...path, filter: null, subAttribute: null }, schemas)?.attribute;
  if (attribute && subAttribute !== null) return unknownSubAttribute(attribute, subAttribute);

  const problem = `schema ${extension?.id ?? schemas.core.id} has no attribute ${quoted(name)}`;
  const own = extension?.attributes ?? [...schemas.core.attributes, ...COMMON_ATTRIBUTES];
  const others = schema === null ? schemas.extensions.flatMap(({ attributes }) => attributes) : [];
  const nearest = nearestNames(name, [...own, ...others].filter(isSent).flatMap(namesOf));
  if (nearest.length > 0) return `${problem}; nearest: ${nearest.join(', ')}`;
  const names = own.filter(isSent).map((definition) => definition.name);
  return `${problem}; it has ${names.join(', ')}`;
}

/** The attribute itself and, since `givenName` is easily written for `name.givenName`, what a single value holds. */
function namesOf({ name, multiValued, subAttributes = [] }: AttributeDefinition): readonly string[] {
  return [name, ...(multiValued ? [] : subAttributes.filter(isSent).map((subAttribute) => `${name}.${subAttribute.name}`))];
}

function unknownSchema({ schema, subAttribute, filter }: ValuePath, schemas: SchemaSet): string {
  if (schema !== null && isCustomExtensionUrn(schema) && (subAttribute !== null || filter !== null)) {
    return 'an attribute of a custom extension has no sub-attribute; write only its name behind the URN';
  }
  const known = [schemas.core, ...schemas.extensions].map(({ id }) => id).join(', ');
  return `schema ${quoted(schema ?? '')} is not known; use one of ${known}, or a custom one as urn:ietf:params:scim:schemas:extension:<Name>:2.0:User:<attribute>`;
}

function unknownSubAttribute(attribute: AttributeDefinition, name: string): string {
  const known = (attribute.subAttributes ?? []).filter(isSent).map((definition) => definition.name);
  const problem = `${attribute.name} has no sub-attribute ${quoted(name)}`;
  return known.length === 0 ? `${problem}; write only ${attribute.name}` : `${problem}; it has ${known.join(', ')}`;
}

/** Why a known attribute can't be the source of a mapping; null when it can. */
function misuse({ attribute, subAttribute, filter }: ResolvedPath): string | null {
  for (const definition of [attribute, subAttribute]) {
    if (definition && !isSent(definition)) return `${definition.name} is ${reasonNotSent(definition)}, so it can't be mapped`;
  }
  if (filter === null || attribute.multiValued) return null;
  return `${attribute.name} is single-valued, so a filter in brackets can't select from it`;
}

/** Whether a directory sends the attribute and the service keeps it. */
function isSent({ mutability }: AttributeDefinition): boolean {
  return mutability === 'readWrite' || mutability === 'immutable';
}

function reasonNotSent({ mutability }: AttributeDefinition): string {
  return mutability === 'writeOnly' ? 'never kept' : 'set by the service and never taken from the directory';
}

function canonicalFilter(source: string, node: FilterNode, attribute: AttributeDefinition): FilterNode {
  switch (node.kind) {
    case 'present':
      return Object.freeze({ ...node, path: subAttributePath(subAttributeOf(source, node.path, attribute), node.path) });
    case 'compare': {
      const definition = subAttributeOf(source, node.path, attribute);
      const problem = comparisonProblem(definition, node);
      if (problem !== null) throw new MappingSourceError(source, `in the brackets, ${problem}`);
      return Object.freeze({ ...node, path: subAttributePath(definition, node.path) });
    }
    case 'and':
    case 'or':
      return Object.freeze({
        ...node,
        operands: Object.freeze(node.operands.map((operand) => canonicalFilter(source, operand, attribute))),
      });
    case 'not':
      return Object.freeze({ ...node, operand: canonicalFilter(source, node.operand, attribute) });
    case 'valuePath':
    default:
      throw new MappingSourceError(source, 'a value filter cannot hold another one');
  }
}

function subAttributeOf(source: string, path: AttributePath, attribute: AttributeDefinition): AttributeDefinition {
  const definition = findAttribute(attribute.subAttributes ?? [], path.attribute);
  if (definition === null) throw new MappingSourceError(source, `in the brackets, ${unknownSubAttribute(attribute, path.attribute)}`);
  if (path.schema !== null || path.subAttribute !== null) {
    throw new MappingSourceError(source, `in the brackets, write only the sub-attribute's name, ${definition.name}`);
  }
  return definition;
}

function subAttributePath({ name }: AttributeDefinition, path: AttributePath): AttributePath {
  return Object.freeze({ ...path, attribute: name });
}

function canonicalText({ schema, extension, attribute, filter, subAttribute }: ResolvedPath): string {
  return printValuePath({
    schema: extension ? schema.id : null,
    attribute: attribute.name,
    filter,
    subAttribute: subAttribute?.name ?? null,
  });
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
