import type { Projection } from '../domain/restrict-attributes.ts';
import type { SearchQuery } from '../provisioning/search/search-query.ts';
import { ScimError } from '../scim/scim-error.ts';
import type { AppContext } from './app-context.ts';
import type { ListRequest } from './list-resources.ts';

/** Of a URL, by name. Read once: each look into the URL itself decodes all of it. */
type Parameters = Readonly<Record<string, string>>;

/** What a URL asks of a list. */
export function readListRequest(c: AppContext): ListRequest {
  const parameters = c.req.query();
  return { query: readListQuery(parameters), projection: projectionIn(parameters) };
}

/**
 * Query of a list. Parameters that are not known are ignored: Entra's flag `aadOptscim062020` is one.
 * @throws ScimError 400 invalidValue, invalidCount
 */
function readListQuery(parameters: Parameters): SearchQuery {
  return {
    filter: present(parameters, 'filter'),
    sortBy: present(parameters, 'sortBy'),
    sortOrder: readSortOrder(present(parameters, 'sortOrder')),
    count: readInteger('count', present(parameters, 'count'), 'invalidCount'),
    startIndex: readInteger('startIndex', present(parameters, 'startIndex'), 'invalidValue'),
    // Without a value it asks for the first page (RFC 9865 section 2).
    cursor: parameters['cursor']?.trim() ?? null,
  };
}

/** `attributes` and `excludedAttributes` (RFC 7644 section 3.9). */
export function readProjection(c: AppContext): Projection {
  return projectionIn(c.req.query());
}

function projectionIn(parameters: Parameters): Projection {
  return projectionOf(namedAttributes(present(parameters, 'attributes')), namedAttributes(present(parameters, 'excludedAttributes')));
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

/**
 * A number of any size is taken, as the largest that is exact: to ask for everything is as good as to ask for the largest page.
 * @throws ScimError 400 of that type for what isn't a whole number
 */
export function readInteger(name: string, text: string | null, scimType: 'invalidCount' | 'invalidValue'): number | null {
  if (text === null || text === '') return null;
  if (/^[+-]?[0-9]+$/.test(text)) return Math.min(Math.max(Number(text), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
  throw new ScimError(400, scimType, `${name} is ${JSON.stringify(text.slice(0, 40))}; write a whole number`);
}

/** In any case; ascending when the client doesn't say. @throws ScimError 400 invalidValue */
export function readSortOrder(text: string | null): SearchQuery['sortOrder'] {
  const order = text?.toLowerCase() ?? 'ascending';
  if (order === 'ascending' || order === 'descending') return order;
  throw ScimError.invalidValue(`sortOrder is ${JSON.stringify(order.slice(0, 40))}; write ascending or descending`);
}

function present(parameters: Parameters, name: string): string | null {
  const text = parameters[name]?.trim();
  return text === undefined || text === '' ? null : text;
}
