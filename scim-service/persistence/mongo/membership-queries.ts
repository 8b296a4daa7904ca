import type { TenantKey } from '#common/tenant-key.ts';
import type { MemberType } from '../../domain/stored-group.ts';
import type { Collections } from './collections.ts';
import { LIMIT } from './store-session.ts';

/** @param after begins with the first member whose id is greater; null at the beginning */
export function membersOfGroup(tenant: TenantKey, group: string, after: string | null) {
  return { tenant, group, visible: true, ...(after === null ? {} : { member: { $gt: after } }) };
}

/** Hidden memberships too: they are few, and read from the index as well. */
export function membershipsOf(tenant: TenantKey, members: readonly string[]) {
  return { tenant, member: { $in: members } };
}

/** Ids of all seen members of a type, none for a group that isn't there (see MongoGroupStore.remove for what may be left of it). */
export async function memberIdsOf(
  { groups, memberships }: Collections,
  tenant: TenantKey,
  group: string,
  type: MemberType,
): Promise<string[]> {
  if ((await groups.countDocuments({ _id: group, tenant }, { ...LIMIT, limit: 1 })) === 0) return [];
  const options = { ...LIMIT, projection: { _id: 0, member: 1, type: 1 } };
  const found = await memberships.find(membersOfGroup(tenant, group, null), options).toArray();
  return found.filter((membership) => membership.type === type).map(({ member }) => member);
}

/** Ids of the groups that have this member. */
export async function groupIdsOf({ memberships }: Collections, tenant: TenantKey, member: string): Promise<string[]> {
  const options = { ...LIMIT, projection: { _id: 0, group: 1 } };
  const found = await memberships.find({ tenant, member, visible: true }, options).toArray();
  return found.map(({ group }) => group);
}
