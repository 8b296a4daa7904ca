import { tenantConfigRevision } from '#common/tenant-config.ts';
import { isInvalidSpec, PAUSED_ANNOTATION } from '../api/scim-tenant.ts';
import { NO_TOKEN, type Condition } from '../api/scim-tenant-status.ts';
import { newBreaker } from '../breaker/evaluate-breaker.ts';
import type { Decision } from './decision.ts';
import type { Observed } from './observed.ts';
import type { Outcome } from './outcome.ts';
import { NO_ROTATION } from './token-state.ts';

/** Everything stays as it was stored and rendered last: the run after the pause finds what is to be done by itself. */
export function pausedDecision({ tenant, derived, now }: Observed): Decision {
  return {
    spec: isInvalidSpec(tenant.spec) ? null : tenant.spec,
    paused: true,
    breaker: { status: tenant.status?.breaker ?? newBreaker(now), happened: 'none', withheld: null },
    revertedBy: [],
    finalizer: null,
    mirror: null,
    token: { status: tenant.status?.token ?? NO_TOKEN, problem: null, age: 'Fine', create: false, rotation: NO_ROTATION },
    specProblem: null,
    config: derived,
    revision: derived && tenantConfigRevision(derived),
  };
}

/** Ready is neither True nor False, since nobody looks whether what is served is what is wanted. */
export const PAUSED_OUTCOME: Outcome = {
  conditions: [
    {
      type: 'Ready',
      status: 'Unknown',
      reason: 'Paused',
      message:
        `Paused by the annotation ${PAUSED_ANNOTATION}: nothing is changed for this tenant, and the pods of the SCIM service go on with the ` +
        'configuration that they have (status.programmed); remove the annotation to go on',
    },
  ],
  requeue: { kind: 'none' },
};

/** What was said of token, pods, trip and mails stays as it was said, of the generation that it was said of. */
export function conditionsBeside(stored: readonly Condition[]): readonly Condition[] {
  return stored.filter(({ type }) => type !== 'Ready' && type !== 'Reconciling' && type !== 'Stalled');
}
