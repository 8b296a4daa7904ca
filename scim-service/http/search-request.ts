import { isJsonObject, memberOf, type JsonObject } from '../scim/json-object.ts';
import { quoteValue } from '../scim/quote-value.ts';
import { ScimError } from '../scim/scim-error.ts';
import type { ListRequest } from './list-resources.ts';
import { namedAttributes, projectionOf, readInteger, readSortOrder } from './resource-query.ts';

/**
 * Reads the body of a search (SearchRequest, RFC 7644 section 3.4.3, RFC 9865 section 2), names of members in any case. As in
 * a PATCH, `schemas` is not looked at; null and "" are as good as nothing. Lists and numbers are also taken as text, as they
 * stand in a URL.
 * @throws ScimError 400 invalidSyntax, invalidValue, invalidCount
 */
export function readSearchRequest(body: unknown): ListRequest {
  if (!isJsonObject(body)) throw ScimError.invalidSyntax(`The body is ${quoteValue(body)}, but a SearchRequest object is expected`);
  const cursor = memberOf(body, 'cursor') ?? null;
  if (cursor !== null && typeof cursor !== 'string') throw wrong('cursor', cursor, 'text');
  return {
    query: {
      filter: text(body, 'filter'),
      sortBy: text(body, 'sortBy'),
      sortOrder: readSortOrder(text(body, 'sortOrder')),
      count: number(body, 'count', 'invalidCount'),
      startIndex: number(body, 'startIndex', 'invalidValue'),
      cursor: cursor?.trim() ?? null,
    },
    projection: projectionOf(names(body, 'attributes'), names(body, 'excludedAttributes')),
  };
}

function text(body: JsonObject, name: string): string | null {
  const value = memberOf(body, name) ?? null;
  if (value !== null && typeof value !== 'string') throw wrong(name, value, 'text');
  return value?.trim() || null;
}

function number(body: JsonObject, name: string, scimType: 'invalidCount' | 'invalidValue'): number | null {
  const value = memberOf(body, name);
  if (typeof value === 'string') return readInteger(name, value.trim(), scimType);
  if (typeof value === 'number') return readInteger(name, Number.isInteger(value) ? BigInt(value).toString() : String(value), scimType);
  if (value === null || value === undefined) return null;
  throw wrong(name, value, 'a whole number');
}

function names(body: JsonObject, name: string): readonly string[] | null {
  const value = memberOf(body, name) ?? null;
  if (value === null) return null;
  if (typeof value === 'string') return namedAttributes(value);
  if (Array.isArray(value) && value.every((entry): entry is string => typeof entry === 'string'))
    return value.flatMap((entry) => namedAttributes(entry));
  throw wrong(name, value, 'a list of attribute names');
}

function wrong(name: string, value: unknown, expected: string): ScimError {
  return ScimError.invalidSyntax(`"${name}" is ${quoteValue(value)}, but ${expected} is expected`);
}
