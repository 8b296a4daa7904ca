import { selectMembers, type MemberChange } from '../../domain/member-change.ts';
import type { Member, MemberType, StoredGroup } from '../../domain/stored-group.ts';
import { groupMembers } from './group-members.ts';
import type { MembershipStore } from '../group-store.ts';

/** A change of members in the terms of the store. */
export type MembersWrite =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'delta';
      readonly add: readonly Member[];
      readonly remove: readonly string[];
      /** Whether it was worked out from the members that the group had. */
      readonly hasRead: boolean;
    }
  | { readonly kind: 'whole'; readonly members: readonly Member[] };

/**
 * Works out what there is to write; reads the members only when it has to.
 * @param options.named those that the change names, known to be users and groups
 * @param options.withResource whether the group's own attributes change as well: the store writes them with a whole list only
 */
export async function membersWrite(
  store: MembershipStore,
  group: StoredGroup,
  change: MemberChange,
  { named, withResource }: { readonly named: readonly Member[]; readonly withResource: boolean },
): Promise<MembersWrite> {
  switch (change.kind) {
    case 'none':
      return { kind: 'none' };
    case 'replace':
      return (await hasExactly(store, group, named)) ? { kind: 'none' } : { kind: 'whole', members: named };
    case 'delta': {
      if (!withResource) return { kind: 'delta', add: named, remove: change.remove, hasRead: false };
      const { after } = await selected(store, group, named, [
        { kind: 'remove', ids: change.remove },
        { kind: 'add', ids: change.add },
      ]);
      return { kind: 'whole', members: after };
    }
    case 'select':
    default: {
      const { before, after } = await selected(store, group, named, change.steps);
      if (withResource) return { kind: 'whole', members: after };
      const [idsBefore, idsAfter] = [idsOf(before), idsOf(after)];
      const add = after.filter(({ id }) => !idsBefore.has(id));
      const remove = [...idsBefore].filter((id) => !idsAfter.has(id));
      return add.length + remove.length === 0 ? { kind: 'none' } : { kind: 'delta', add, remove, hasRead: true };
    }
  }
}

async function selected(
  store: MembershipStore,
  { tenant, id }: StoredGroup,
  named: readonly Member[],
  steps: Parameters<typeof selectMembers>[1],
): Promise<{ readonly before: readonly Member[]; readonly after: readonly Member[] }> {
  const before: Member[] = [];
  for await (const page of groupMembers(store, tenant, id)) before.push(...page);
  const types = new Map(named.map(({ id, type }): [string, MemberType] => [id, type]));
  return { before, after: selectMembers(before, steps, types) };
}

/** Stops at the first member that isn't listed. */
async function hasExactly(store: MembershipStore, { tenant, id }: StoredGroup, listed: readonly Member[]): Promise<boolean> {
  const ids = idsOf(listed);
  let count = 0;
  for await (const page of groupMembers(store, tenant, id)) {
    if (page.some((member) => !ids.has(member.id))) return false;
    count += page.length;
  }
  return count === ids.size;
}

function idsOf(members: readonly Member[]): ReadonlySet<string> {
  return new Set(members.map(({ id }) => id));
}
