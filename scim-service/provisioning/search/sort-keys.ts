import { parseValuePath } from '#common/scim/parse-path.ts';
import { printValuePath } from '#common/scim/print.ts';
import { findAttribute, resolveValuePath, type ResolvedPath } from '#common/scim/resolve-path.ts';
import type { AttributeDefinition, SchemaSet } from '#common/scim/schema.ts';
import { ScimSyntaxError } from '#common/scim/scim-syntax-error.ts';
import type { ValuePath } from '#common/scim/filter-tree.ts';
import { attributeValue } from '../../scim/attribute-value.ts';
import { comparandOf, type Comparand } from '../../scim/filter/comparand.ts';
import { compileValueFilter } from '../../scim/filter/evaluate-filter.ts';
import { quoteValue } from '../../scim/quote-value.ts';
import { ScimError } from '../../scim/scim-error.ts';
import { isScimList, isScimObject, type ScimObject, type ScimValue } from '../../scim/scim-value.ts';
import type { SearchQuery } from './search-query.ts';

/** What resources are sorted by: text folded unless case exact, points in time as milliseconds; null when there is nothing to sort by. */
export type SortKey = Comparand | null;

/** Place of one resource in a sorted list. */
export interface SortEntry {
  readonly key: SortKey;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly id: string;
}

/** A list's order other than that of creation. */
export interface Sort {
  /** Equal for requests that ask for the same order. */
  readonly name: string;
  readonly keyOf: (resource: ScimObject) => SortKey;
  /** Of two entries, which is first; equal keys are in the order of creation, whatever the sort order. */
  readonly compare: (left: SortEntry, right: SortEntry) => number;
}

/**
 * The most UTF-16 units of text that count. A hundred thousand keys are held in memory at once, and a cursor, which is part
 * of a URL, holds one.
 */
const MAX_KEY_LENGTH = 200;

/** Kept apart from the resources that they belong to. */
const MEMBERSHIPS: ReadonlySet<string> = new Set(['groups', 'members']);

/**
 * Reads `sortBy` and `sortOrder` (RFC 7644 section 3.4.2.3): a multi-valued attribute is sorted by its primary value or else
 * its first, a complex one by its `value`. Value paths such as `emails[type eq "work"].value` are taken too.
 * @returns null for the order of creation
 * @throws ScimError 400 invalidValue for what isn't a path, is unknown or has no order
 */
export function compileSort({ sortBy, sortOrder }: Pick<SearchQuery, 'sortBy' | 'sortOrder'>, schemas: SchemaSet): Sort | null {
  if (sortBy === null) return null;
  const path = resolveValuePath(readPath(sortBy), schemas);
  if (path === null) throw invalidSort(sortBy, 'is not an attribute of this resource type; GET /Schemas lists them');
  const { extension, attribute, subAttribute } = path;
  if (!extension && MEMBERSHIPS.has(attribute.name)) throw invalidSort(sortBy, 'has no order; memberships are listed as they are');
  const isCreation = !extension && attribute.name === 'meta' && subAttribute?.name === 'created';
  if (isCreation && sortOrder === 'ascending') return null;
  const canonical = { schema: path.schema.id, attribute: attribute.name, filter: path.filter, subAttribute: subAttribute?.name ?? null };
  const name = `${printValuePath(canonical)} ${sortOrder}`;
  return { name, keyOf: compileKey(sortBy, path), compare: compareEntries(sortOrder === 'descending' ? -1 : 1) };
}

function readPath(text: string): ValuePath {
  try {
    return parseValuePath(text);
  } catch (error) {
    if (!(error instanceof ScimSyntaxError)) throw error;
    throw invalidSort(text, `can't be read: ${error.message}`);
  }
}

function compileKey(
  sortBy: string,
  { schema, extension, attribute, filter, subAttribute }: ResolvedPath,
): (resource: ScimObject) => SortKey {
  const part = subAttribute ?? findAttribute(attribute.subAttributes ?? [], 'value');
  const definition = part ?? attribute;
  if (definition.type === 'complex')
    throw invalidSort(sortBy, `has no order; sort by one of its sub-attributes, such as ${exampleOf(attribute)}`);
  const selects = filter === null ? null : compileValueFilter(filter, attribute);
  return (resource) => {
    const value = valueAt(extension ? valueAt(resource, schema.id) : resource, attribute.name);
    const one = value === null ? null : primaryOf(value, selects);
    const plain = part === null ? one : valueAt(one, part.name);
    return plain === null || plain === '' ? null : keyOfValue(definition, plain);
  };
}

function valueAt(value: ScimValue | null, name: string): ScimValue | null {
  return value !== null && isScimObject(value) ? attributeValue(value, name) : null;
}

function exampleOf({ name, subAttributes = [] }: AttributeDefinition): string {
  return `${name}.${subAttributes[0]?.name ?? 'value'}`;
}

/** The one value that stands for all: the primary one, or else the first. */
function primaryOf(value: ScimValue, selects: ((value: ScimValue) => boolean) | null): ScimValue | null {
  const values = (isScimList(value) ? value : [value]).filter((entry) => selects === null || selects(entry));
  return values.find((entry) => isScimObject(entry) && attributeValue(entry, 'primary') === true) ?? values[0] ?? null;
}

function keyOfValue(definition: AttributeDefinition, value: ScimValue): SortKey {
  const key = comparandOf(definition, 'eq', value);
  if (typeof key !== 'string' || key.length <= MAX_KEY_LENGTH) return key;
  // Copied, because a slice keeps the whole text in memory.
  return Buffer.from(key.slice(0, MAX_KEY_LENGTH), 'utf16le').toString('utf16le');
}

function compareEntries(direction: 1 | -1): Sort['compare'] {
  return (left, right) => {
    if (left.key === null || right.key === null) {
      // Who lacks the attribute comes last in either order. By RFC 7644 they would be first when descending, ahead of all
      // that was asked for.
      if (left.key !== right.key) return left.key === null ? 1 : -1;
    } else if (left.key !== right.key) {
      return left.key < right.key ? -direction : direction;
    }
    return left.createdAt - right.createdAt || compareIds(left.id, right.id);
  };
}

function compareIds(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function invalidSort(sortBy: string, problem: string): ScimError {
  return ScimError.invalidValue(`sortBy ${quoteValue(sortBy)} ${problem}`);
}
