import type { TenantKey } from '#common/tenant-key.ts';
import { foldCase } from '../../scim/fold-case.ts';
import type { GroupLookup } from '../../domain/group-lookup.ts';

/** Equality on the leading fields of one index and on nothing else, so that no document is read in vain. */
export type GroupFilter = Readonly<{ tenant: TenantKey; displayNameKey?: string; externalId?: string }>;

/** @returns null for a lookup that no index of groups answers: by id there is `_id`, and memberships are documents of their own */
export function groupsBy(tenant: TenantKey, lookup: GroupLookup): GroupFilter | null {
  switch (lookup.by) {
    case 'all':
      return { tenant };
    case 'displayName':
      return { tenant, displayNameKey: foldCase(lookup.value) };
    case 'externalId':
      return { tenant, externalId: lookup.value };
    case 'id':
    case 'member':
      return null;
  }
}
