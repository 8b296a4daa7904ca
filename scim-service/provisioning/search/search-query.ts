import { DEFAULT_PAGE_SIZE, MAX_RESULTS } from '../../scim/discovery/service-provider-config.ts';
import { ScimError } from '../../scim/scim-error.ts';

/** What a client asks of a list (RFC 7644 section 3.4.2, RFC 9865); null where it doesn't say. */
export interface SearchQuery {
  readonly filter: string | null;
  readonly sortBy: string | null;
  /** Of no effect without `sortBy`. */
  readonly sortOrder: 'ascending' | 'descending';
  readonly count: number | null;
  /** Counts from 1. */
  readonly startIndex: number | null;
  /** Asks for pages by cursor, `startIndex` or not; empty for the first page. */
  readonly cursor: string | null;
}

export interface Found<T> {
  /** How many match in all; of pages by cursor, how many did when the first page was given. */
  readonly totalResults: number;
  readonly itemsPerPage: number;
  /** Of the first resource; null for a page by cursor. */
  readonly startIndex: number | null;
  /** null exactly when there is no further page, and always for a page by index. */
  readonly nextCursor: string | null;
  readonly previousCursor: string | null;
  readonly resources: readonly T[];
}

/** Everything at once, as far as a page goes. */
export const WHOLE_LIST: SearchQuery = Object.freeze({
  filter: null,
  sortBy: null,
  sortOrder: 'ascending',
  count: null,
  startIndex: null,
  cursor: null,
});

export type PageRequest =
  /** Offset counts from 0. */
  | { readonly method: 'index'; readonly offset: number; readonly limit: number }
  | { readonly method: 'cursor'; readonly cursor: string; readonly limit: number };

/**
 * How long the page is and how it is found. By index, a count below 0 is taken as 0 and a start below 1 as 1 (RFC 7644
 * section 3.4.2.4); by cursor, a count is at least 1 (RFC 9865 section 2). More than MAX_RESULTS gives MAX_RESULTS.
 * @throws ScimError 400 invalidCount
 */
export function pageRequest({ count, startIndex, cursor }: SearchQuery): PageRequest {
  const wanted = Math.trunc(count ?? DEFAULT_PAGE_SIZE);
  const limit = Math.min(Math.max(wanted, 0), MAX_RESULTS);
  if (cursor !== null) {
    if (wanted < 1) throw new ScimError(400, 'invalidCount', `count is ${wanted}; with a cursor it is from 1 to ${MAX_RESULTS}`);
    return { method: 'cursor', cursor, limit };
  }
  const start = Math.min(Math.max(Math.trunc(startIndex ?? 1), 1), Number.MAX_SAFE_INTEGER);
  return { method: 'index', offset: start - 1, limit };
}
