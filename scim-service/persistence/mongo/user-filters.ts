import type { TenantKey } from '#common/tenant-key.ts';
import { foldCase } from '../../scim/fold-case.ts';
import type { UserLookup } from '../../domain/user-lookup.ts';
import type { Query } from './resource-reader.ts';

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

/**
 * Whom a partial index has. A server uses it for a query that says no less, and not every server sees that in a value when
 * the index says `$exists: true`; of a comparison they do.
 */
export const HAS_USER_NAME = { userNameKey: { $gt: '' } };
/** Nobody was deleted before 1970. */
export const HAS_DELETED_AT = { deletedAt: { $gte: new Date(0) } };

/** Text alone, since comparisons are within one type. */
const IS_TEXT = { $gte: '' };

/** Whom the product added, and whom DELETE hid; of those who are seen `deleted` is false. */
export function existingBy(tenant: TenantKey, key: string): { readonly unlinked: Query; readonly retired: Query } {
  return { unlinked: { tenant, matchKeys: key, deleted: null, _id: IS_TEXT }, retired: { tenant, matchKeys: key, deleted: true } };
}

/** Who lacks the keys that `existingBy` asks for; `anybody` includes those whose `_id` is no text, and who never get any. */
export function lackingMatchKeys(tenant: TenantKey): { readonly unlinked: Query; readonly retired: Query; readonly anybody: Query } {
  const anybody = { tenant, matchKeys: null, deleted: null };
  return { unlinked: { ...anybody, _id: IS_TEXT }, retired: { tenant, matchKeys: null, deleted: true }, anybody };
}

/** All whose projection is another, each a range of the index; together everybody once. */
export function outdatedUsers(tenant: TenantKey, projection: string): readonly Query[] {
  return [
    // Of before there was one; whom the product added has none either.
    ...(projection === '' ? [] : [{ tenant, projection: null, deleted: { $in: [false, true] } }]),
    { tenant, projection: { $lt: projection } },
    { tenant, projection: { $gt: projection } },
  ];
}

export function retiredBefore(tenant: TenantKey, before: Date): Query {
  return { tenant, deletedAt: { ...HAS_DELETED_AT.deletedAt, $lt: before } };
}

/** All people of SCIM, seen or retired. Whom the product added lacks `deleted`. */
export function linkedPeople(tenant: TenantKey): Query {
  return { tenant, deleted: { $in: [false, true] } };
}
