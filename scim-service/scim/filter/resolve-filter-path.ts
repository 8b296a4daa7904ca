import { COMMON_ATTRIBUTES } from '#common/scim/common-attributes.ts';
import type { AttributePath } from '#common/scim/filter-tree.ts';
import { nearestNames } from '#common/scim/nearest-names.ts';
import { printAttributePath } from '#common/scim/print.ts';
import { findExtension, resolveValuePath, type ResolvedPath } from '#common/scim/resolve-path.ts';
import type { AttributeDefinition, SchemaSet } from '#common/scim/schema.ts';
import { cutText } from '../quote-value.ts';
import type { ScimError } from '../scim-error.ts';
import { invalidFilter } from './comparand.ts';

/**
 * Looks up a name of a filter.
 * @throws ScimError invalidFilter for one that no schema has, with the nearest that are known
 */
export function resolveFilterPath(path: AttributePath, schemas: SchemaSet): ResolvedPath {
  const resolved = resolveValuePath({ ...path, filter: null }, schemas);
  if (resolved !== null) return resolved;
  throw unknownAttribute(path, 'the resource', suggestion(path, schemas));
}

/** For a name between the brackets of a value path. */
export function unknownSubAttribute(path: AttributePath, within: AttributeDefinition): ScimError {
  return unknownAttribute(path, within.name, accepted(within));
}

function unknownAttribute(path: AttributePath, owner: string, hint: string): ScimError {
  const name = JSON.stringify(cutText(printAttributePath(path), 120));
  return invalidFilter(
    `The filter names ${name}, which ${owner} does not have; ${hint}`,
    `The filter names an attribute that ${owner} does not have`,
  );
}

function suggestion(path: AttributePath, schemas: SchemaSet): string {
  const { schema, attribute: name, subAttribute } = path;
  const attribute = resolveValuePath({ ...path, filter: null, subAttribute: null }, schemas)?.attribute;
  if (attribute && subAttribute !== null) return accepted(attribute);
  const isCore = schema === null || schema.toLowerCase() === schemas.core.id.toLowerCase();
  const extension = schema === null ? null : findExtension(schemas, schema);
  if (!isCore && extension === null) {
    const urns = [schemas.core, ...schemas.extensions].map(({ id }) => id);
    return `the schemas of this tenant are ${urns.join(', ')}`;
  }
  const own = extension?.attributes ?? [...schemas.core.attributes, ...COMMON_ATTRIBUTES];
  const others = schema === null ? schemas.extensions.flatMap(({ attributes }) => attributes) : [];
  const nearest = nearestNames(name, [...own, ...others].flatMap(namesOf));
  return nearest.length > 0 ? `nearest: ${nearest.join(', ')}` : 'an attribute that GET /Schemas lists is accepted';
}

/** The attribute and, since `givenName` is easily written for `name.givenName`, what a single value of it holds. */
function namesOf({ name, multiValued, subAttributes = [] }: AttributeDefinition): readonly string[] {
  return [name, ...(multiValued ? [] : subAttributes.map((subAttribute) => `${name}.${subAttribute.name}`))];
}

function accepted({ name, subAttributes = [] }: AttributeDefinition): string {
  if (subAttributes.length === 0) return `${name} itself is accepted`;
  return `one of ${subAttributes.map((subAttribute) => subAttribute.name).join(', ')} is accepted`;
}
