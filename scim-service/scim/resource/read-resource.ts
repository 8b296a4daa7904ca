import { COMMON_ATTRIBUTES } from '#common/scim/common-attributes.ts';
import { findAttribute, findExtension } from '#common/scim/resolve-path.ts';
import type { AttributeDefinition, SchemaDefinition, SchemaSet } from '#common/scim/schema.ts';
import { IgnoredAttributes } from '../ignored-attributes.ts';
import { assertBoundedDepth, isJsonObject } from '../json-object.ts';
import { quoteValue } from '../quote-value.ts';
import { ScimError } from '../scim-error.ts';
import type { ScimObject, ScimValue } from '../scim-value.ts';
import { expandKeys } from './dialects/expand-keys.ts';
import { isWritable } from './is-writable.ts';
import { isEmptyValue, readAttributeValue } from './read-value.ts';

export interface ReadResource {
  /** Names in canonical case, extensions under their URN, nothing empty, without `id`, `meta`, `schemas` and `password`. */
  readonly resource: ScimObject;
  /** Paths that were accepted and dropped because the schemas don't have them. */
  readonly ignored: readonly string[];
}

/**
 * Reads the body of POST or PUT (RFC 7644 sections 3.3 and 3.5.1). What a client may not write (`id`, `meta`, `groups`)
 * is dropped silently, as section 3.5.1 says; an extension counts although `schemas` doesn't list it, as Entra sends it.
 * Whether required attributes are there is for the caller to say.
 *
 * @throws ScimError invalidSyntax when the body is no object, invalidValue for a value of another type
 */
export function readResource(body: unknown, schemas: SchemaSet): ReadResource {
  if (!isJsonObject(body)) {
    throw ScimError.invalidSyntax(`The body is ${quoteValue(body)}, but a JSON object with the attributes of one resource is expected`);
  }
  assertBoundedDepth(body);
  const ignored = new IgnoredAttributes();
  const resource = new Map<string, ScimValue>();
  for (const [key, value] of Object.entries(expandKeys(body, schemas))) {
    const extension = findExtension(schemas, key);
    if (extension !== null) {
      const attributes = readExtension(extension, value, ignored);
      if (attributes !== null) resource.set(extension.id, attributes);
      continue;
    }
    const definition = findAttribute(schemas.core.attributes, key) ?? findAttribute(COMMON_ATTRIBUTES, key);
    if (definition === null) ignored.add(key);
    else readInto(resource, definition, value, definition.name, ignored);
  }
  return { resource: Object.fromEntries(resource), ignored: ignored.list() };
}

function readExtension(schema: SchemaDefinition, value: unknown, ignored: IgnoredAttributes): ScimObject | null {
  if (isEmptyValue(value)) return null;
  if (!isJsonObject(value))
    throw ScimError.invalidValue(`${schema.id} is ${quoteValue(value)}, but an object with its attributes is expected`);
  const attributes = new Map<string, ScimValue>();
  for (const [key, inner] of Object.entries(value)) {
    const definition = findAttribute(schema.attributes, key);
    if (definition === null) ignored.add(`${schema.id}:${key}`);
    else readInto(attributes, definition, inner, `${schema.id}:${definition.name}`, ignored);
  }
  return attributes.size === 0 ? null : Object.fromEntries(attributes);
}

function readInto(
  into: Map<string, ScimValue>,
  definition: AttributeDefinition,
  value: unknown,
  path: string,
  ignored: IgnoredAttributes,
): void {
  if (!isWritable(definition)) return;
  const read = readAttributeValue(definition, value, path, (unknown) => ignored.add(unknown));
  if (read !== null) into.set(definition.name, read);
}
