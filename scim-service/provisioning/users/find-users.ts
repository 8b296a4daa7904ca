import { planUserLookup } from '../../domain/plan-lookup.ts';
import { searchableUser } from '../../domain/searchable-resource.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import type { UserLookup } from '../../domain/user-lookup.ts';
import type { ProvisioningParts } from '../provisioning-parts.ts';
import type { Found, SearchQuery } from '../search/search-query.ts';
import { searchResources } from '../search/search-resources.ts';
import type { SearchTarget } from '../search/search-target.ts';

/** @throws ScimError as searchResources does */
export function findUsers(
  { store, clock }: Pick<ProvisioningParts, 'store' | 'clock'>,
  model: TenantModel,
  query: SearchQuery,
): Promise<Found<StoredUser>> {
  const { users, memberships } = store;
  const target: SearchTarget<StoredUser, UserLookup> = {
    resourceType: 'User',
    tenant: model.key,
    tokenDigests: model.config.tokenDigests,
    schemas: model.schemas,
    plan(filter) {
      const plan = planUserLookup(filter, model.schemas);
      if (model.config.groups.enabled || (plan.lookup.by !== 'group' && plan.also.length === 0)) return plan;
      // Of a tenant without groups nobody is seen in one, though memberships may be left from before. No id is empty.
      return { ...plan, lookup: { by: 'id', value: '' }, also: [] };
    },
    represent: (user) => searchableUser(user, model),
    async find(lookup, page) {
      const { totalResults, users: resources } = await users.find(model.key, lookup, page);
      return { totalResults, resources };
    },
    scan: (lookup, options) => users.scan(model.key, lookup, options),
    findById: (id) => users.findById(model.key, id),
    async related(found, lookup) {
      if (lookup.by !== 'group') throw new Error(`users are related by their groups, not by ${lookup.by}`);
      const ids = found.map(({ id }) => id);
      const direct = await memberships.groupsOf(model.key, ids);
      return new Set(direct.filter(({ group }) => group === lookup.value).map(({ member }) => member));
    },
  };
  return searchResources(target, query, clock());
}
