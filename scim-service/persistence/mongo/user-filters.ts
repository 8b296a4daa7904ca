import type { TenantKey } from '#common/tenant-key.ts';
import { foldCase } from '../../scim/fold-case.ts';
import type { UserLookup } from '../../domain/user-lookup.ts';

/** Equality on all the leading fields of one index and on nothing else, so that no document is read in vain. */
export interface UserFilter {
  readonly tenant: TenantKey;
  readonly userNameKey?: string;
  readonly externalId?: string;
  readonly emailKeys?: string;
  readonly deletedUserNameKey?: string;
  readonly deleted?: boolean;
}

/** @param lookup neither one by id, which is what `_id` is for, nor one by a membership, which is a document of its own */
export function visibleUsers(tenant: TenantKey, lookup: UserLookup & { readonly by: 'all' | 'userName' | 'externalId' | 'email' }): UserFilter {
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
    case 'group':
      throw new Error('this store keeps no memberships yet');
  }
}

export function deletedUsers(tenant: TenantKey, userName: string): UserFilter {
  // `deleted` says what the partial index asks for.
  return { tenant, deletedUserNameKey: foldCase(userName), deleted: true };
}
