import type { TenantConfig } from '#common/tenant-config.ts';
import type { BreakerStatus, Condition, ScimTenantStatus } from '../api/scim-tenant-status.ts';
import type { Applied, TenantEvent } from './action.ts';
import { setConditions } from './conditions.ts';
import type { Decision } from './decision.ts';
import { notificationCondition, programmedCondition, tokenCondition, trippedCondition, writeProblem } from './detail-conditions.ts';
import { endpointOf } from './endpoint.ts';
import { eventsOf } from './events.ts';
import { nextRun } from './next-run.ts';
import { owedMails, type OwedMail } from './notices.ts';
import { nextNotifications } from './notifications.ts';
import type { Observed } from './observed.ts';
import { outcomeOf, type Outcome, type Requeue } from './outcome.ts';
import { conditionsBeside, PAUSED_OUTCOME } from './pause.ts';
import { podCount, podProblem, type PodCount } from './pod-problem.ts';
import { stalled, type RunProblem } from './run-problem.ts';
import { syncOf } from './sync-status.ts';
import { tripWords } from './trip-words.ts';

/** What a run says at its end. */
export interface Conclusion {
  readonly status: ScimTenantStatus;
  /** What changed and is worth telling. */
  readonly events: readonly TenantEvent[];
  readonly requeue: Requeue;
}

/** Computes status, events and the time of the next run from what was read, what was decided and what came of it. */
export function conclude(observed: Observed, decision: Decision, applied: Applied): Conclusion {
  const count = podCount(observed.pods, decision.revision);
  const mails = owedMails(observed);
  const run = { generation: observed.tenant.generation, now: observed.now };
  const stored = observed.tenant.status?.conditions ?? [];
  const problem = decision.paused ? null : mainProblem(observed, decision, { count, failed: applied.failed });
  const outcome = decision.paused ? PAUSED_OUTCOME : outcomeInDetail(observed, decision, { count, mails, problem, failed: applied.failed });
  const conditions = [...setConditions(stored, outcome.conditions, run), ...(decision.paused ? conditionsBeside(stored) : [])];
  const inForce = configInForce(observed, decision, applied);
  const breaker = afterMirror(decision, observed, applied);
  const status = statusOf(observed, decision, { conditions, count, breaker, mails, problem, inForce });
  return {
    status,
    events: eventsOf({ observed, inForce, next: status, done: applied.done }),
    requeue: nextRun({ observed, decision, status, mails, failed: applied.failed !== null, outcome: outcome.requeue }),
  };
}

function outcomeInDetail(
  observed: Observed,
  decision: Decision,
  found: {
    readonly count: PodCount;
    readonly mails: readonly OwedMail[];
    readonly problem: RunProblem | null;
    readonly failed: Applied['failed'];
  },
): Outcome {
  const { count, mails, problem, failed } = found;
  const { conditions, requeue } = outcomeOf(problem, readiness(decision));
  const details = [
    tokenCondition(decision, failed),
    programmedCondition(decision, count, failed),
    trippedCondition(decision, observed),
    notificationCondition(mails, observed.mailTransport),
  ];
  return { conditions: [...conditions, ...details.filter((draft) => draft !== null)], requeue };
}

function statusOf(
  observed: Observed,
  decision: Decision,
  parts: {
    conditions: readonly Condition[];
    count: PodCount;
    breaker: BreakerStatus;
    mails: readonly OwedMail[];
    problem: RunProblem | null;
    inForce: TenantConfig | null;
  },
): ScimTenantStatus {
  const { tenant } = observed;
  const { count } = parts;
  return {
    observedGeneration: tenant.generation,
    endpoint: endpointOf(observed),
    conditions: parts.conditions,
    programmed: { generation: decision.config?.generation ?? 0, pods: count.pods, acknowledged: count.acknowledged },
    sync: syncOf(observed, parts.inForce),
    breaker: parts.breaker,
    token: decision.token.status,
    notifications: nextNotifications(observed, { decision, ...parts }),
    deletion: null,
  };
}

/** The first that applies is what the user should look at first. */
function mainProblem(
  observed: Observed,
  decision: Decision,
  { count, failed }: { count: PodCount; failed: Applied['failed'] },
): RunProblem | null {
  return (
    tripProblem(decision, observed.docsUrl) ??
    writeProblem(failed) ??
    decision.specProblem ??
    decision.token.problem ??
    podProblem(count, waitedForPods(observed))
  );
}

/** 0 when the clock was set back since. */
function waitedForPods({ tenant, now }: Observed): number {
  const stored = tenant.status?.conditions.find(({ type }) => type === 'Programmed');
  return stored?.status === 'False' ? Math.max(0, now - Date.parse(stored.lastTransitionTime)) : 0;
}

function tripProblem({ config, breaker, revertedBy }: Decision, docsUrl: string | null): RunProblem | null {
  return config?.state.kind === 'Tripped'
    ? stalled('Tripped', tripWords(breaker.status, { action: 'Disable', revertedBy, docsUrl }))
    : null;
}

/** What is decided is in force once it is written. */
function configInForce({ derived }: Observed, { config }: Decision, { failed }: Applied): TenantConfig | null {
  const isUnwritten = failed?.action.kind === 'ApplyDerivedConfig' || (failed?.action.kind === 'HoldTenant' && derived === null);
  return isUnwritten ? derived : config;
}

function readiness({ config }: Decision): { reason: string; message: string } {
  return config?.state.kind === 'Disabled'
    ? { reason: 'Disabled', message: 'Switched off by spec.enabled; requests get 503 and data stays' }
    : { reason: 'Programmed', message: 'Every pod of the SCIM service serves this tenant' };
}

/** Enters the mirror's marker once it is written. Without the release that it needs, the breaker stays to be closed again. */
function afterMirror({ breaker, mirror }: Decision, { tenant }: Observed, { done }: Applied): BreakerStatus {
  const carriedOut = done.some(({ kind }) => kind === 'MirrorDisabled');
  if (mirror === 'release' && !carriedOut) return tenant.status?.breaker ?? breaker.status;
  if (mirror === null || !carriedOut) return breaker.status;
  return { ...breaker.status, mirroredTrip: mirror === 'write' ? breaker.status.trips : 0 };
}
