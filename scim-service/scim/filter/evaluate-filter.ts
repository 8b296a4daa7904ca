import type { AttributePath, FilterNode } from '#common/scim/filter-tree.ts';
import { findAttribute, type ResolvedPath } from '#common/scim/resolve-path.ts';
import type { AttributeDefinition, SchemaSet } from '#common/scim/schema.ts';
import { attributeValue, isEmptyObject } from '../attribute-value.ts';
import { isScimList, isScimObject, type ScimObject, type ScimValue } from '../scim-value.ts';
import { compileCompare } from './compile-compare.ts';
import { resolveFilterPath, unknownSubAttribute } from './resolve-filter-path.ts';

/** Tells whether a resource, or one value of an attribute, matches. */
export type Test<T extends ScimValue> = (subject: T) => boolean;

/** Where the names of a filter lead: to a definition and to the values that a subject has there. */
type Lookup<T extends ScimValue> = (path: AttributePath) => {
  readonly definition: AttributeDefinition;
  readonly valuesOf: (subject: T) => readonly ScimValue[];
};

/** Whether a resource matches a filter of RFC 7644 section 3.4.2.2. Compile it where many resources are asked. */
export function matchesFilter(filter: FilterNode, resource: ScimObject, schemas: SchemaSet): boolean {
  return compileFilter(filter, schemas)(resource);
}

/**
 * Looks up a filter's names once. A comparison is true when any value of a multi-valued attribute makes it true; `ne` is
 * the opposite of `eq`, so that it holds for an absent attribute; a comparison with null asks for absence.
 *
 * @throws ScimError invalidFilter for an unknown attribute, or an operator or value that doesn't go with its type
 */
export function compileFilter(filter: FilterNode, schemas: SchemaSet): Test<ScimObject> {
  return compile(filter, (path) => {
    const resolved = resolveFilterPath(path, schemas);
    return {
      definition: resolved.subAttribute ?? resolved.attribute,
      valuesOf: (resource) => {
        const values = valuesAt(resource, resolved);
        const { subAttribute } = resolved;
        return subAttribute === null ? values : values.flatMap((value) => listOf(memberValue(value, subAttribute.name)));
      },
    };
  });
}

/**
 * Compiles the filter of a value path, such as `type eq "work"` of `emails[type eq "work"]`, to a test of single values.
 * `value` of an attribute without sub-attributes is the value itself.
 *
 * @throws ScimError as compileFilter
 */
export function compileValueFilter(filter: FilterNode, attribute: AttributeDefinition): Test<ScimValue> {
  return compile(filter, (path) => {
    if (attribute.type !== 'complex' && path.attribute.toLowerCase() === 'value') {
      return { definition: { ...attribute, multiValued: false }, valuesOf: (value) => [value] };
    }
    const definition = path.subAttribute === null ? findAttribute(attribute.subAttributes ?? [], path.attribute) : null;
    if (definition === null) throw unknownSubAttribute(path, attribute);
    return { definition, valuesOf: (value) => listOf(memberValue(value, definition.name)) };
  });
}

function compile<T extends ScimValue>(filter: FilterNode, lookup: Lookup<T>): Test<T> {
  switch (filter.kind) {
    case 'and': {
      const tests = filter.operands.map((operand) => compile(operand, lookup));
      return (subject) => tests.every((test) => test(subject));
    }
    case 'or': {
      const tests = filter.operands.map((operand) => compile(operand, lookup));
      return (subject) => tests.some((test) => test(subject));
    }
    case 'not': {
      const test = compile(filter.operand, lookup);
      return (subject) => !test(subject);
    }
    case 'present': {
      const { valuesOf } = lookup(filter.path);
      return (subject) => valuesOf(subject).some((value) => !isScimObject(value) || !isEmptyObject(value));
    }
    case 'valuePath': {
      const { definition, valuesOf } = lookup(filter.path);
      const test = compileValueFilter(filter.filter, definition);
      return (subject) => valuesOf(subject).some(test);
    }
    case 'compare':
    default: {
      const { definition, valuesOf } = lookup(filter.path);
      const [compared, plainOf] = withDefaultSubAttribute(definition, valuesOf);
      const test = compileCompare(compared, filter.operator, filter.value);
      return (subject) => test(plainOf(subject));
    }
  }
}

/** `emails co "@"` means `emails.value co "@"` (the default sub-attribute of RFC 7643 section 2.4). */
function withDefaultSubAttribute<T extends ScimValue>(
  definition: AttributeDefinition,
  valuesOf: (subject: T) => readonly ScimValue[],
): [AttributeDefinition, (subject: T) => readonly ScimValue[]] {
  const value = findAttribute(definition.subAttributes ?? [], 'value');
  if (value === null) return [definition, valuesOf];
  return [value, (subject) => valuesOf(subject).flatMap((entry) => listOf(memberValue(entry, value.name)))];
}

function valuesAt(resource: ScimObject, { schema, extension, attribute }: ResolvedPath): readonly ScimValue[] {
  const container = extension ? attributeValue(resource, schema.id) : resource;
  return container === null ? [] : listOf(memberValue(container, attribute.name));
}

function memberValue(value: ScimValue, name: string): ScimValue | null {
  return isScimObject(value) ? attributeValue(value, name) : null;
}

function listOf(value: ScimValue | null): readonly ScimValue[] {
  if (value === null || value === '') return [];
  if (!isScimList(value)) return [value];
  return value.includes('') ? value.filter((entry) => entry !== '') : value;
}
