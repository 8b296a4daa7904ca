import { COMMON_ATTRIBUTES } from '#common/scim/common-attributes.ts';
import { findAttribute, findExtension } from '#common/scim/resolve-path.ts';
import type { AttributeDefinition, SchemaDefinition, SchemaSet } from '#common/scim/schema.ts';
import { IgnoredAttributes } from '../ignored-attributes.ts';
import { assertBoundedDepth, isJsonObject } from '../json-object.ts';
import { REFUSED } from '../misfit.ts';
import { quoteValue } from '../quote-value.ts';
import { ScimError } from '../scim-error.ts';
import type { ScimObject, ScimValue } from '../scim-value.ts';
import { ValueProblems } from '../value-problems.ts';
import { expandKeys } from './dialects/expand-keys.ts';
import { isWritable } from './is-writable.ts';
import { isEmptyValue, readValue } from './read-value.ts';

export interface ReadResource {
  /** Names in canonical case, extensions under their URN, nothing empty, without `id`, `meta`, `schemas` and `password`. */
  readonly resource: ScimObject;
  /** Paths that were accepted and dropped because the schemas don't have them. */
  readonly ignored: readonly string[];
}

/** Gets what of a body isn't taken. */
interface Notes {
  readonly ignored: IgnoredAttributes;
  readonly problems: ValueProblems;
}

/**
 * Reads the body of POST or PUT (RFC 7644 sections 3.3 and 3.5.1). What a client may not write (`id`, `meta`, `groups`)
 * is dropped silently, as section 3.5.1 says; an extension counts although `schemas` doesn't list it, as Entra sends it.
 * Whether required attributes are there is for the caller to say.
 *
 * @throws ScimError invalidSyntax when the body is no object; invalidValue that tells of all values of another type
 */
export function readResource(body: unknown, schemas: SchemaSet): ReadResource {
  const problems = new ValueProblems();
  const read = readWhatFits(body, schemas, problems);
  if (problems.count > 0) throw problems.error();
  return read;
}

/**
 * As readResource, but leaves out values of another type.
 * @param problems gets them
 * @throws ScimError invalidSyntax
 */
export function readWhatFits(body: unknown, schemas: SchemaSet, problems: ValueProblems): ReadResource {
  if (!isJsonObject(body)) {
    throw ScimError.invalidSyntax(`The body is ${quoteValue(body)}, but a JSON object with the attributes of one resource is expected`, {
      summary: 'The body is not a JSON object with the attributes of one resource',
    });
  }
  assertBoundedDepth(body);
  const notes: Notes = { ignored: new IgnoredAttributes(), problems };
  const resource = new Map<string, ScimValue>();
  for (const [key, value] of Object.entries(expandKeys(body, schemas))) {
    const extension = findExtension(schemas, key);
    if (extension !== null) {
      const attributes = readExtension(extension, value, notes);
      if (attributes !== null) resource.set(extension.id, attributes);
      continue;
    }
    const definition = findAttribute(schemas.core.attributes, key) ?? findAttribute(COMMON_ATTRIBUTES, key);
    if (definition === null) notes.ignored.add(key);
    else readInto(resource, definition, value, definition.name, notes);
  }
  return { resource: Object.fromEntries(resource), ignored: notes.ignored.list() };
}

function readExtension(schema: SchemaDefinition, value: unknown, notes: Notes): ScimObject | null {
  if (isEmptyValue(value)) return null;
  if (!isJsonObject(value)) {
    notes.problems.addUnreadable(schema.id, schema.attributes, `is ${quoteValue(value)}`);
    return null;
  }
  const attributes = new Map<string, ScimValue>();
  for (const [key, inner] of Object.entries(value)) {
    const definition = findAttribute(schema.attributes, key);
    if (definition === null) notes.ignored.add(`${schema.id}:${key}`);
    else readInto(attributes, definition, inner, `${schema.id}:${definition.name}`, notes);
  }
  return attributes.size === 0 ? null : Object.fromEntries(attributes);
}

function readInto(
  into: Map<string, ScimValue>,
  definition: AttributeDefinition,
  value: unknown,
  path: string,
  { ignored, problems }: Notes,
): void {
  if (!isWritable(definition)) return;
  const read = readValue(definition, value, path, {
    onIgnored: (unknown) => ignored.add(unknown),
    onMisfit: (misfit) => problems.addMisfit(misfit, misfit.path),
  });
  if (read !== null && read !== REFUSED) into.set(definition.name, read);
}
