import type { FilterNode } from '#common/scim/filter-tree.ts';
import { printFilter } from '#common/scim/print.ts';
import { openCursor, sealCursor, type CursorContext, type PagePlace } from './cursor.ts';
import type { FoundPage, Window } from './found-page.ts';
import { pageInCreationOrder } from './page-in-creation-order.ts';
import { pageInSortOrder } from './page-in-sort-order.ts';
import { readFilter } from './read-filter.ts';
import { pageRequest, type Found, type SearchQuery } from './search-query.ts';
import type { SearchTarget, Stored } from './search-target.ts';
import { compileSort, type Sort } from './sort-keys.ts';

/**
 * Searches one resource type of a tenant (RFC 7644 section 3.4.2, RFC 9865), the same for users and groups and over every
 * store. No more than a page of resources is held at a time and, when the list is sorted, a key of each that matches.
 *
 * A walk by cursor gives each resource that is there, matches and keeps its sort key all along exactly once, whatever is
 * created and deleted meanwhile.
 *
 * @param now milliseconds since 1970
 * @throws ScimError 400 invalidFilter, invalidValue (sortBy), tooMany (sorting), invalidCount, invalidCursor, expiredCursor
 */
export async function searchResources<R extends Stored, L>(target: SearchTarget<R, L>, query: SearchQuery, now: number): Promise<Found<R>> {
  const request = pageRequest(query);
  const filter = query.filter === null ? null : readFilter(query.filter);
  const plan = target.plan(filter);
  const sort = compileSort(query, target.schemas);
  const pageOf = (window: Window): Promise<FoundPage<R>> =>
    sort ? pageInSortOrder(target, plan, sort, window) : pageInCreationOrder(target, plan, window);

  if (request.method === 'index') {
    const { offset, limit } = request;
    const { totalResults, resources } = await pageOf({ from: 'index', offset, limit });
    return { ...found({ totalResults, resources }), startIndex: offset + 1, nextCursor: null, previousCursor: null };
  }
  const { cursor, limit } = request;
  const context: CursorContext = { tokenDigests: target.tokenDigests, now, query: nameOf(target, filter, sort) };
  const page = await pageOf(cursor === '' ? { from: 'start', limit } : { from: 'place', place: openCursor(context, cursor), limit });
  const { totalResults, previous, next } = page;
  const cursorTo = (side: PagePlace['side'], entry: PagePlace['entry'] | null): string | null =>
    entry && sealCursor(context, { side, entry, totalResults });
  return { ...found(page), startIndex: null, nextCursor: cursorTo('after', next), previousCursor: cursorTo('before', previous) };
}

function found<R>({ totalResults, resources }: Pick<FoundPage<R>, 'totalResults' | 'resources'>) {
  return { totalResults, itemsPerPage: resources.length, resources };
}

/** A cursor is good for this alone. Spaces and the case of operators don't count; the count may change from page to page. */
function nameOf(
  { tenant, resourceType }: Pick<SearchTarget<Stored, never>, 'tenant' | 'resourceType'>,
  filter: FilterNode | null,
  sort: Sort | null,
): string {
  return JSON.stringify([tenant, resourceType, filter && printFilter(filter), sort?.name ?? null]);
}
