import type { PatchOperation } from '../scim/patch/patch-operation.ts';
import { memberStep, type MemberStep } from './member-step.ts';
import type { Member, MemberType } from './stored-group.ts';

/** What a PATCH does to the members of a group, in all; ids, each once. */
export type MemberChange =
  | { readonly kind: 'none' }
  /** Right for whoever is a member by now. No id is in both lists. */
  | { readonly kind: 'delta'; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly kind: 'replace'; readonly members: readonly string[] }
  /** Depends on who is a member: selectMembers says who is one afterwards. */
  | { readonly kind: 'select'; readonly steps: readonly MemberStep[] };

/**
 * Folds the operations on `members` of one PATCH, in their order, without knowing who is a member.
 * @param operations on nothing but `members`
 * @throws ScimError 400 as memberStep
 */
export function foldMemberOperations(operations: readonly PatchOperation[]): MemberChange {
  const steps = operations.map(memberStep).filter((step) => step !== null);
  const add = new Set<string>();
  const remove = new Set<string>();
  let isWhole = false;
  for (const step of steps) {
    switch (step.kind) {
      case 'removeMatching':
        return { kind: 'select', steps };
      case 'replace':
        isWhole = true;
        add.clear();
        remove.clear();
        step.ids.forEach((id) => add.add(id));
        break;
      case 'add':
        for (const id of step.ids) {
          add.add(id);
          remove.delete(id);
        }
        break;
      case 'remove':
      default:
        for (const id of step.ids) {
          add.delete(id);
          remove.add(id);
        }
    }
  }
  if (isWhole) return { kind: 'replace', members: [...add] };
  return add.size + remove.size === 0 ? { kind: 'none' } : { kind: 'delta', add: [...add], remove: [...remove] };
}

/** Ids that must be those of users or groups for the change to be made. */
export function namedMembers(change: MemberChange): readonly string[] {
  switch (change.kind) {
    case 'none':
      return [];
    case 'delta':
      return change.add;
    case 'replace':
      return change.members;
    case 'select':
    default:
      return [...new Set(change.steps.flatMap((step) => (step.kind === 'add' || step.kind === 'replace' ? step.ids : [])))];
  }
}

/**
 * Who is a member after the steps.
 * @param types of the ids that the steps add, all of them
 */
export function selectMembers(
  members: readonly Member[],
  steps: readonly MemberStep[],
  types: ReadonlyMap<string, MemberType>,
): readonly Member[] {
  const byId = new Map(members.map((member) => [member.id, member]));
  const add = (id: string): void => {
    const type = types.get(id);
    if (type !== undefined && !byId.has(id)) byId.set(id, { id, type });
  };
  for (const step of steps) {
    switch (step.kind) {
      case 'removeMatching':
        for (const member of byId.values()) if (step.matches(member)) byId.delete(member.id);
        break;
      case 'replace':
        byId.clear();
        step.ids.forEach(add);
        break;
      case 'add':
        step.ids.forEach(add);
        break;
      case 'remove':
      default:
        step.ids.forEach((id) => byId.delete(id));
    }
  }
  return [...byId.values()];
}
