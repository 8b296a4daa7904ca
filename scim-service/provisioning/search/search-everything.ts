import { printFilter } from '#common/scim/print.ts';
import type { SchemaSet } from '#common/scim/schema.ts';
import { filterForType } from '../../domain/filter-for-type.ts';
import { GROUP_SCHEMAS } from '../../domain/group-model.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import type { UserView } from '../../domain/user-view.ts';
import { ScimError } from '../../scim/scim-error.ts';
import type { GroupDetail, GroupProvisioning, GroupView } from '../group-provisioning.ts';
import { pageRequest, type Found, type SearchQuery } from './search-query.ts';
import { readFilter } from './read-filter.ts';
import { compileSort } from './sort-keys.ts';
import type { UserProvisioning } from '../user-provisioning.ts';
import type { UserDetail } from '../users/view-users.ts';

/** A resource of any type. */
export type AnyView = { readonly type: 'User'; readonly view: UserView } | { readonly type: 'Group'; readonly view: GroupView };

/** One type of resources, as a search over all types sees it. */
interface TypeSearch {
  /** First character of a cursor into this type. */
  readonly mark: string;
  /** Null when nothing of the type can match. */
  readonly query: SearchQuery | null;
  readonly find: (query: SearchQuery) => Promise<Found<AnyView>>;
}

/**
 * Searches all resource types of a tenant at once (RFC 7644 section 3.4.3): one list, people before groups, each in the
 * asked order; what a type lacks has no value there. By index a page may end with people and go on with groups. By cursor
 * a page is of one type, and the last page of people leads to the first of groups.
 * @throws ScimError as searchResources does
 */
export async function searchEverything(
  { users, groups }: { readonly users: UserProvisioning; readonly groups: GroupProvisioning },
  model: TenantModel,
  query: SearchQuery,
  detail: UserDetail & GroupDetail,
): Promise<Found<AnyView>> {
  const queryFor = queriesByType(query, [model.schemas, GROUP_SCHEMAS]);
  const people: TypeSearch = {
    mark: 'u',
    query: queryFor(model.schemas),
    find: async (asked) => mapFound(await users.find(model, asked, detail), (view) => ({ type: 'User', view })),
  };
  const others: TypeSearch = {
    mark: 'g',
    query: queryFor(GROUP_SCHEMAS),
    find: async (asked) => mapFound(await groups.find(model, asked, detail), (view) => ({ type: 'Group', view })),
  };
  const request = pageRequest(query);
  return request.method === 'index'
    ? pageByIndex(people, others, request)
    : pageByCursor(people, others, { cursor: request.cursor, limit: request.limit });
}

async function pageByIndex(
  people: TypeSearch,
  others: TypeSearch,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<Found<AnyView>> {
  const first = await search(people, { startIndex: offset + 1, count: limit });
  const second = await search(others, {
    startIndex: Math.max(offset - first.totalResults, 0) + 1,
    count: limit - first.resources.length,
  });
  const resources = [...first.resources, ...second.resources];
  return {
    totalResults: first.totalResults + second.totalResults,
    itemsPerPage: resources.length,
    startIndex: offset + 1,
    nextCursor: null,
    previousCursor: null,
    resources,
  };
}

async function pageByCursor(
  people: TypeSearch,
  others: TypeSearch,
  { cursor, limit }: { readonly cursor: string; readonly limit: number },
): Promise<Found<AnyView>> {
  const isAmongOthers = cursor.startsWith(others.mark);
  if (cursor !== '' && !isAmongOthers && !cursor.startsWith(people.mark)) {
    throw new ScimError(
      400,
      'invalidCursor',
      'the cursor is not one that this service gave for a search over all types; begin again without one',
    );
  }
  const [type, rest] = isAmongOthers ? [others, people] : [people, others];
  const page = await search(type, { cursor: cursor.slice(1), count: limit });
  const remaining = await search(rest, { startIndex: 1, count: 0 });
  // Who begins where nobody is begins with the groups.
  if (cursor === '' && page.resources.length === 0) return pageByCursor(people, others, { cursor: others.mark, limit });
  const leadsOn = !isAmongOthers && remaining.totalResults > 0 ? others.mark : null;
  return {
    ...page,
    totalResults: page.totalResults + remaining.totalResults,
    nextCursor: page.nextCursor === null ? leadsOn : `${type.mark}${page.nextCursor}`,
    previousCursor: page.previousCursor && `${type.mark}${page.previousCursor}`,
  };
}

type PagePart = Partial<Pick<SearchQuery, 'startIndex' | 'count' | 'cursor'>>;

async function search({ query, find }: TypeSearch, part: PagePart): Promise<Found<AnyView>> {
  if (query !== null) return find({ ...query, startIndex: null, count: null, cursor: null, ...part });
  return { totalResults: 0, itemsPerPage: 0, startIndex: null, nextCursor: null, previousCursor: null, resources: [] };
}

/** @throws ScimError 400 invalidFilter, and invalidValue when no type has what the list shall be sorted by */
function queriesByType(query: SearchQuery, all: readonly SchemaSet[]): (schemas: SchemaSet) => SearchQuery | null {
  const filter = query.filter === null ? null : readFilter(query.filter);
  const unsortable = all.map((schemas) => sortProblem(query, schemas));
  const [problem] = unsortable;
  if (problem && !unsortable.includes(null)) throw problem;
  return (schemas) => {
    const own = filter === null ? true : filterForType(filter, schemas, all);
    if (own === false) return null;
    const sortBy = unsortable[all.indexOf(schemas)] === null ? query.sortBy : null;
    return { ...query, filter: own === true ? null : printFilter(own), sortBy };
  };
}

function sortProblem(query: SearchQuery, schemas: SchemaSet): ScimError | null {
  try {
    compileSort(query, schemas);
    return null;
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
}

function mapFound<T, U>(found: Found<T>, map: (resource: T) => U): Found<U> {
  return { ...found, resources: found.resources.map(map) };
}
