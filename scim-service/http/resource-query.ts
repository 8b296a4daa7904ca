import type { Projection } from '../domain/restrict-attributes.ts';
import type { SearchQuery } from '../provisioning/search/search-query.ts';
import { ScimError } from '../scim/scim-error.ts';
import type { AppContext } from './app-context.ts';
import type { ListRequest } from './list-resources.ts';

/** What a URL asks of a list. */
export function readListRequest(c: AppContext): ListRequest {
  return { query: readListQuery(c), projection: readProjection(c) };
}

/**
 * Query of a list. Parameters that are not known are ignored: Entra's flag `aadOptscim062020` is one.
 * @throws ScimError 400 invalidValue, invalidCount
 */
function readListQuery(c: AppContext): SearchQuery {
  return {
    filter: presentQuery(c, 'filter'),
    sortBy: presentQuery(c, 'sortBy'),
    sortOrder: readSortOrder(presentQuery(c, 'sortOrder')),
    count: readInteger('count', presentQuery(c, 'count'), 'invalidCount'),
    startIndex: readInteger('startIndex', presentQuery(c, 'startIndex'), 'invalidValue'),
    // Without a value it asks for the first page (RFC 9865 section 2).
    cursor: c.req.query('cursor')?.trim() ?? null,
  };
}

/** `attributes` and `excludedAttributes` (RFC 7644 section 3.9). */
export function readProjection(c: AppContext): Projection {
  return projectionOf(namedAttributes(presentQuery(c, 'attributes')), namedAttributes(presentQuery(c, 'excludedAttributes')));
}

/** @param attributes null when the client doesn't say, as in `excludedAttributes` */
export function projectionOf(attributes: readonly string[] | null, excludedAttributes: readonly string[] | null): Projection {
  return { ...(attributes === null ? {} : { attributes }), ...(excludedAttributes === null ? {} : { excludedAttributes }) };
}

/** Names of a list as it stands in a URL, separated by commas. */
export function namedAttributes(list: string): readonly string[];
export function namedAttributes(list: string | null): readonly string[] | null;
export function namedAttributes(list: string | null): readonly string[] | null {
  if (list === null) return null;
  return list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** @throws ScimError 400 of that type for what isn't a whole number */
export function readInteger(name: string, text: string | null, scimType: 'invalidCount' | 'invalidValue'): number | null {
  if (text === null || text === '') return null;
  const number = Number(text);
  if (/^[+-]?[0-9]+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new ScimError(400, scimType, `${name} is ${JSON.stringify(text.slice(0, 40))}; write a whole number`);
}

/** In any case; ascending when the client doesn't say. @throws ScimError 400 invalidValue */
export function readSortOrder(text: string | null): SearchQuery['sortOrder'] {
  const order = text?.toLowerCase() ?? 'ascending';
  if (order === 'ascending' || order === 'descending') return order;
  throw ScimError.invalidValue(`sortOrder is ${JSON.stringify(order.slice(0, 40))}; write ascending or descending`);
}

function presentQuery(c: AppContext, name: string): string | null {
  const text = c.req.query(name)?.trim();
  return text === undefined || text === '' ? null : text;
}
