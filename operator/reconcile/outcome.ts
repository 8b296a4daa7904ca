import type { ConditionDraft } from './conditions.ts';
import type { RunProblem } from './run-problem.ts';

/** When the tenant is looked at again without a change: `after` is in milliseconds, `backoff` grows from run to run. */
export type Requeue = { readonly kind: 'none' } | { readonly kind: 'after'; readonly milliseconds: number } | { readonly kind: 'backoff' };

export interface Outcome {
  /** `Ready`, the one of `Reconciling` and `Stalled` that applies (kstatus), and what there is in detail. */
  readonly conditions: readonly ConditionDraft[];
  readonly requeue: Requeue;
}

/**
 * Turns what keeps a tenant from being ready into its summary conditions and the time of the next run.
 * @param problem null when nothing does
 * @param ready what to say then
 */
export function outcomeOf(problem: RunProblem | null, ready: Pick<ConditionDraft, 'reason' | 'message'>): Outcome {
  if (problem === null) return { conditions: [{ type: 'Ready', status: 'True', ...ready }], requeue: { kind: 'none' } };
  const { reason, message } = problem;
  const notReady: ConditionDraft = { type: 'Ready', status: 'False', reason, message };
  switch (problem.kind) {
    case 'stalled':
      return { conditions: [notReady, { type: 'Stalled', status: 'True', reason, message }], requeue: { kind: 'none' } };
    case 'wait':
      return {
        conditions: [notReady, { type: 'Reconciling', status: 'True', reason, message }],
        requeue: { kind: 'after', milliseconds: problem.milliseconds },
      };
    case 'retry':
    default:
      return { conditions: [notReady, { type: 'Reconciling', status: 'True', reason, message }], requeue: { kind: 'backoff' } };
  }
}

/** The earlier of two; a backoff is kept, since its delay is the queue's to choose. */
export function earlier(left: Requeue, right: Requeue): Requeue {
  if (left.kind === 'backoff' || right.kind === 'none') return left;
  if (right.kind === 'backoff' || left.kind === 'none') return right;
  return left.milliseconds <= right.milliseconds ? left : right;
}
