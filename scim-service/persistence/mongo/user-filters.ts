import type { TenantKey } from '#common/tenant-key.ts';
import { foldCase } from '../../scim/fold-case.ts';
import type { UserLookup } from '../../domain/user-lookup.ts';

/** Equality on all the leading fields of one index and on nothing else, so that no document is read in vain. */
export type UserFilter = Readonly<{
  tenant: TenantKey;
  userNameKey?: string;
  externalId?: string;
  emailKeys?: string;
  deletedUserNameKey?: string;
  deleted?: boolean;
}>;

/** @returns null for a lookup that no index of users answers: by id there is `_id`, and memberships are documents of their own */
export function visibleUsers(tenant: TenantKey, lookup: UserLookup): UserFilter | null {
  switch (lookup.by) {
    case 'all':
      return { tenant, deleted: false };
    case 'userName':
      // A deleted person has another kind of key.
      return { tenant, userNameKey: foldCase(lookup.value) };
    case 'externalId':
      return { tenant, externalId: lookup.value, deleted: false };
    case 'email':
      return { tenant, emailKeys: foldCase(lookup.value), deleted: false };
    case 'id':
    case 'group':
      return null;
  }
}

export function deletedUsers(tenant: TenantKey, userName: string): UserFilter {
  // `deleted` says what the partial index asks for.
  return { tenant, deletedUserNameKey: foldCase(userName), deleted: true };
}
