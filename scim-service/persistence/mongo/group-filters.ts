import type { TenantKey } from '#common/tenant-key.ts';
import { foldCase } from '../../scim/fold-case.ts';
import type { GroupLookup } from '../../domain/group-lookup.ts';

/** Equality on the leading fields of one index and on nothing else, so that no document is read in vain. */
export type GroupFilter = Readonly<{ tenant: TenantKey; displayNameKey?: string; externalId?: string }>;

/** @param lookup neither one by id, which is what `_id` is for, nor one by a membership, which is a document of its own */
export function groupsBy(tenant: TenantKey, lookup: GroupLookup & { readonly by: 'all' | 'displayName' | 'externalId' }): GroupFilter {
  switch (lookup.by) {
    case 'all':
      return { tenant };
    case 'displayName':
      return { tenant, displayNameKey: foldCase(lookup.value) };
    case 'externalId':
      return { tenant, externalId: lookup.value };
  }
}
