import type { GroupReference } from '../../domain/user-view.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { DirectMembership, MembershipStore } from '../group-store.ts';

/** Each level is one more read; directories nest groups a few levels deep, and what lies beyond is left out. */
const MAX_LEVELS = 16;

type Parents = ReadonlyMap<string, readonly DirectMembership[]>;

/**
 * The groups that people are in, directly and by way of other groups, each once. Reads as many times as groups are nested,
 * however many people are asked for; groups that contain each other do no harm.
 * @returns by user id; direct ones first, then by name. Who is in no group is missing.
 */
export async function groupsOfUsers(
  memberships: MembershipStore,
  tenant: TenantKey,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly GroupReference[]>> {
  const parents = await readParents(memberships, tenant, userIds);
  const groups = new Map<string, readonly GroupReference[]>();
  for (const id of userIds) if (parents.get(id)?.length) groups.set(id, groupsAbove(id, parents));
  return groups;
}

/** Asks for the groups of each person and of each group above them, no id twice. */
async function readParents(memberships: MembershipStore, tenant: TenantKey, userIds: readonly string[]): Promise<Parents> {
  const parents = new Map<string, DirectMembership[]>();
  let level = new Set(userIds);
  for (let depth = 0; level.size > 0 && depth < MAX_LEVELS; depth += 1) {
    const found = await memberships.groupsOf(tenant, [...level]);
    for (const id of level) parents.set(id, []);
    for (const membership of found) parents.get(membership.member)?.push(membership);
    level = new Set(found.map(({ group }) => group).filter((id) => !parents.has(id)));
  }
  return parents;
}

function groupsAbove(userId: string, parents: Parents): readonly GroupReference[] {
  const groups = new Map<string, GroupReference>();
  let level = [userId];
  for (let type: GroupReference['type'] = 'direct'; level.length > 0; type = 'indirect') {
    const found = level.flatMap((id) => parents.get(id) ?? []).filter(({ group }) => !groups.has(group));
    for (const { group, displayName } of found) groups.set(group, { id: group, displayName, type });
    level = [...new Set(found.map(({ group }) => group))];
  }
  return [...groups.values()].toSorted(byTypeAndName);
}

function byTypeAndName(a: GroupReference, b: GroupReference): number {
  if (a.type !== b.type) return a.type === 'direct' ? -1 : 1;
  const [left, right] = a.displayName === b.displayName ? [a.id, b.id] : [a.displayName, b.displayName];
  return left < right ? -1 : 1;
}
