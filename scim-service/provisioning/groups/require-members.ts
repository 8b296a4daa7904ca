import type { Member } from '../../domain/stored-group.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { quoteValue } from '../../scim/quote-value.ts';
import { ScimError } from '../../scim/scim-error.ts';
import type { MembershipStore } from '../group-store.ts';
import type { ProvisioningParts } from '../provisioning-parts.ts';
import { requireGroup } from './require-group.ts';

/** Enough to see what kind of ids they are. */
const MAX_NAMED = 5;

/**
 * What kind of member each id is. A member that nobody knows is refused and not left out: a directory takes the answer for
 * yes, and never sends that member again.
 * @throws ScimError 400 invalidValue naming the ids of nobody
 */
export async function requireMembers(store: MembershipStore, model: TenantModel, ids: readonly string[]): Promise<readonly Member[]> {
  if (ids.length === 0) return [];
  const types = await store.typesOf(model.key, ids);
  const unknown: string[] = [];
  const members = ids.flatMap((id): Member[] => {
    const type = types.get(id);
    if (type === undefined) unknown.push(id);
    return type === undefined ? [] : [{ id, type }];
  });
  if (unknown.length > 0) throw ScimError.invalidValue(unknownMembers(unknown));
  return members;
}

/**
 * As requireMembers, for members of a group that is there, or else that is what is wrong.
 * @throws ScimError 404, 400 invalidValue also for the group as its own member
 */
export async function requireMembersOf(
  { groups, memberships }: ProvisioningParts['store'],
  model: TenantModel,
  groupId: string,
  ids: readonly string[],
): Promise<readonly Member[]> {
  try {
    if (!ids.includes(groupId)) return await requireMembers(memberships, model, ids);
    throw ScimError.invalidValue(`members: ${quoteValue(groupId)} is the group itself, which can't be a member of its own`);
  } catch (error) {
    if (error instanceof ScimError) await requireGroup(groups, model, groupId);
    throw error;
  }
}

function unknownMembers(ids: readonly string[]): string {
  const named = ids.slice(0, MAX_NAMED).map(quoteValue).join(', ');
  const more = ids.length > MAX_NAMED ? ` and ${ids.length - MAX_NAMED} more` : '';
  return `members: ${named}${more} ${ids.length === 1 ? 'is' : 'are'} no user or group of this tenant; expected is the "id" that this service gave`;
}
