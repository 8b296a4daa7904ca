import type { FilterNode } from '#common/scim/filter-tree.ts';
import { parseFilter } from '#common/scim/parse-filter.ts';
import { ScimSyntaxError } from '#common/scim/scim-syntax-error.ts';
import { CORE_USER_URN } from '#common/scim/schema.ts';
import { etagOf } from '../domain/etag.ts';
import { planLookup } from '../domain/plan-lookup.ts';
import { selectAttributes } from '../domain/select-attributes.ts';
import type { StoredUser } from '../domain/stored-user.ts';
import type { TenantModel } from '../domain/tenant-model.ts';
import type { UserLookup } from '../domain/user-lookup.ts';
import { MAX_RESULTS } from '../scim/discovery/service-provider-config.ts';
import { compileFilter } from '../scim/filter/evaluate-filter.ts';
import { ScimError } from '../scim/scim-error.ts';
import type { ScimObject } from '../scim/scim-value.ts';
import type { UserStore } from './user-store.ts';

export interface UserQuery {
  readonly filter: string | null;
  /** Counts from 1; less is taken as 1 (RFC 7644 section 3.4.2.4). */
  readonly startIndex: number;
  /** Less than 0 is taken as 0; more than MAX_RESULTS gives MAX_RESULTS. */
  readonly count: number;
}

export interface FoundUsers {
  /** How many match in all. */
  readonly totalResults: number;
  readonly startIndex: number;
  readonly itemsPerPage: number;
  readonly users: readonly StoredUser[];
}

/** For a request without `count`. */
export const DEFAULT_PAGE_SIZE = 100;

/** @throws ScimError 400 invalidFilter */
export async function findUsers(store: UserStore, model: TenantModel, query: UserQuery): Promise<FoundUsers> {
  const { lookup, residual } = planLookup(query.filter === null ? null : readFilter(query.filter), model.schemas);
  const startIndex = Math.min(Math.max(1, Math.trunc(query.startIndex)), Number.MAX_SAFE_INTEGER);
  const limit = Math.min(Math.max(0, Math.trunc(query.count)), MAX_RESULTS);
  const offset = startIndex - 1;
  if (residual === null) {
    const { totalResults, users } = await store.find(model.key, lookup, { offset, limit });
    return { totalResults, startIndex, itemsPerPage: users.length, users };
  }
  // Compiled first, so that a wrong filter is refused whether or not anybody is found.
  const matches = compileFilter(residual, model.schemas);
  const matching = (await findAll(store, model, lookup)).filter((user) => matches(filterable(user, model)));
  const users = matching.slice(offset, offset + limit);
  return { totalResults: matching.length, startIndex, itemsPerPage: users.length, users };
}

function readFilter(text: string): FilterNode {
  try {
    return parseFilter(text);
  } catch (error) {
    if (!(error instanceof ScimSyntaxError)) throw error;
    throw new ScimError(400, 'invalidFilter', `filter can't be read: ${error.message}`, { cause: error });
  }
}

/** A keyed lookup finds few people, so they are all read before the rest of the filter decides. */
async function findAll(store: UserStore, model: TenantModel, lookup: UserLookup): Promise<readonly StoredUser[]> {
  const found: StoredUser[] = [];
  for (;;) {
    const { users } = await store.find(model.key, lookup, { offset: found.length, limit: MAX_RESULTS });
    found.push(...users);
    if (users.length < MAX_RESULTS) return found;
  }
}

/** What a filter may look at: the person as this tenant sees them, common attributes included. */
function filterable(user: StoredUser, model: TenantModel): ScimObject {
  return {
    ...selectAttributes(user.resource, model.selection).resource,
    id: user.id,
    schemas: [CORE_USER_URN],
    meta: {
      resourceType: 'User',
      created: user.createdAt.toISOString(),
      lastModified: user.lastModified.toISOString(),
      version: etagOf(user.version),
    },
  };
}
