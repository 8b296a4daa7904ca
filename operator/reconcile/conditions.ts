import { rfc3339 } from '../api/rfc3339.ts';
import type { Condition, ConditionType } from '../api/scim-tenant-status.ts';
import { oneLineWithPage } from './one-line.ts';

export type ConditionDraft = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** Order in which conditions are listed: the summary first. */
const ORDER: readonly ConditionType[] = ['Ready', 'Reconciling', 'Stalled', 'TokenReady', 'Programmed', 'Tripped', 'NotificationDelivered'];

/** metav1.Condition takes 32,768 characters; nobody reads more than this. */
const MAX_MESSAGE = 2_000;

/** Stamps the drafts. A condition whose status is what it was keeps its transition time; one without a draft goes. */
export function setConditions(
  previous: readonly Condition[],
  drafts: readonly ConditionDraft[],
  run: { readonly generation: number; readonly now: number },
): readonly Condition[] {
  return drafts
    .toSorted((left, right) => ORDER.indexOf(left.type) - ORDER.indexOf(right.type))
    .map((draft) => {
      const before = previous.find(({ type }) => type === draft.type);
      return {
        type: draft.type,
        status: draft.status,
        observedGeneration: run.generation,
        lastTransitionTime: before?.status === draft.status ? before.lastTransitionTime : rfc3339(run.now),
        reason: draft.reason,
        message: oneLineWithPage(draft.message, MAX_MESSAGE),
      };
    });
}
