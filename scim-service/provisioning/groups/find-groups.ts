import type { GroupLookup } from '../../domain/group-lookup.ts';
import { GROUP_SCHEMAS } from '../../domain/group-model.ts';
import { planGroupLookup } from '../../domain/plan-lookup.ts';
import { searchableGroup } from '../../domain/searchable-resource.ts';
import type { StoredGroup } from '../../domain/stored-group.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import type { ProvisioningParts } from '../provisioning-parts.ts';
import type { Found, SearchQuery } from '../search/search-query.ts';
import { searchResources } from '../search/search-resources.ts';
import type { SearchTarget } from '../search/search-target.ts';

/** @throws ScimError as searchResources does */
export function findGroups(
  { store, clock }: Pick<ProvisioningParts, 'store' | 'clock'>,
  model: TenantModel,
  query: SearchQuery,
): Promise<Found<StoredGroup>> {
  const { groups, memberships } = store;
  const target: SearchTarget<StoredGroup, GroupLookup> = {
    resourceType: 'Group',
    tenant: model.key,
    tokenDigests: model.config.tokenDigests,
    schemas: GROUP_SCHEMAS,
    plan: (filter) => planGroupLookup(filter, GROUP_SCHEMAS),
    represent: searchableGroup,
    async find(lookup, page) {
      const { totalResults, groups: resources } = await groups.find(model.key, lookup, page);
      return { totalResults, resources };
    },
    scan: (lookup, options) => groups.scan(model.key, lookup, options),
    findById: (id) => groups.findById(model.key, id),
    async related(_found, lookup) {
      if (lookup.by !== 'member') throw new Error(`groups are related by their members, not by ${lookup.by}`);
      return new Set((await memberships.groupsOf(model.key, [lookup.value])).map(({ group }) => group));
    },
  };
  return searchResources(target, query, clock());
}
