import { NO_NOTIFICATIONS } from '../../api/notifications-status.ts';
import { rfc3339 } from '../../api/rfc3339.ts';
import { NEVER_SYNCED, NO_TOKEN, type DeletionStatus, type ScimTenantStatus } from '../../api/scim-tenant-status.ts';
import { newBreaker } from '../../breaker/evaluate-breaker.ts';
import type { TenantEvent } from '../action.ts';
import { setConditions } from '../conditions.ts';
import type { Conclusion } from '../conclude.ts';
import { endpointOf } from '../endpoint.ts';
import { outcomeOf } from '../outcome.ts';
import { refusalWords } from '../pod-problem.ts';
import { failedWrite, waiting, type RunProblem } from '../run-problem.ts';
import type { DeletionDecision, ReleaseReason } from './decide-deletion.ts';
import type { ObservedDeletion } from './observed-deletion.ts';

/** Reports bring the next run; these are for one that is missed. Who has waited for long for a pod waits no longer than this again. */
const UNTIL_SETTLED_MS = 2_000;
const LONGEST_UNTIL_SETTLED_MS = 30_000;
const UNTIL_REMOVED_MS = 10_000;

const WAY_OUT = 'with spec.tenantDeletion: Retain it goes at once, and who is left stays';

/**
 * Status, events and next run while the people of a deleted tenant are removed.
 * @param failed why the config could not be written
 */
export function concludeDeletion(
  observed: ObservedDeletion,
  decision: Extract<DeletionDecision, { kind: 'Remove' }>,
  failed: Error | null,
): Conclusion {
  const { tenant, now, pods } = observed;
  const { config } = decision;
  const before = tenant.status;
  const outcome = outcomeOf(problemOf(observed, decision, failed), { reason: 'Deleting', message: '' });
  const base = before ?? {
    endpoint: endpointOf(observed),
    sync: NEVER_SYNCED,
    breaker: newBreaker(now),
    token: NO_TOKEN,
    notifications: NO_NOTIFICATIONS,
    deletion: null,
  };
  const stopped = pods?.deletions.filter(({ id }) => id === tenant.uid).length ?? 0;
  const status: ScimTenantStatus = {
    ...base,
    observedGeneration: tenant.generation,
    conditions: setConditions(before?.conditions ?? [], outcome.conditions, { generation: tenant.generation, now }),
    programmed: { generation: config.generation, pods: pods?.expected ?? 0, acknowledged: Math.min(stopped, pods?.expected ?? 0) },
    deletion: progressOf(observed) ?? base.deletion,
  };
  const isFirst = !before?.conditions.some(({ reason }) => reason === 'Deleting');
  return { status, events: isFirst && failed === null ? [started(observed)] : [], requeue: outcome.requeue };
}

function problemOf(
  { pods, tenant, now }: ObservedDeletion,
  { config }: Extract<DeletionDecision, { kind: 'Remove' }>,
  failed: Error | null,
): RunProblem {
  if (failed !== null) return failedWrite('ConfigNotWritten', 'The configuration for the SCIM service could not be written', failed);
  if (pods !== null && pods.expected === 0) {
    return waiting('Deleting', `Being deleted; no pod of the SCIM service is there to remove its people; ${WAY_OUT}`, UNTIL_REMOVED_MS);
  }
  const isSettled = config.state.kind === 'Deleting' && config.state.settled;
  const waited = now - Date.parse(tenant.deletionRequestedAt);
  const untilSettled = Math.max(UNTIL_SETTLED_MS, Math.min(waited, LONGEST_UNTIL_SETTLED_MS));
  if (!isSettled && pods !== null && pods.refusals.length > 0) {
    const refused = refusalWords({ pods: pods.expected, refusals: pods.refusals });
    return waiting('Deleting', `Being deleted; waits for pods of another version: ${refused}; ${WAY_OUT}`, untilSettled);
  }
  if (!isSettled) {
    return waiting(
      'Deleting',
      `Being deleted; waits until every pod of the SCIM service has stopped to serve it; status.programmed counts them; ${WAY_OUT}`,
      untilSettled,
    );
  }
  const isStuck = pods !== null && !pods.deletions.some(({ id, progress }) => id === tenant.uid && progress !== null);
  return waiting(
    'Deleting',
    isStuck
      ? `Being deleted; no pod of the SCIM service could begin to remove its people; see whether they reach the store; ${WAY_OUT}`
      : `Being deleted; its people are removed from the store, and status.deletion counts them; ${WAY_OUT}`,
    UNTIL_REMOVED_MS,
  );
}

/** As the pod tells it that looked last. */
function progressOf({ pods, tenant }: ObservedDeletion): DeletionStatus | null {
  const told = (pods?.deletions ?? []).flatMap(({ id, progress }) => (id === tenant.uid && progress !== null ? [progress] : []));
  const [last] = told.toSorted((left, right) => right.removed - left.removed);
  if (last === undefined) return null;
  return { startedTime: rfc3339(Date.parse(last.startedAt)), total: last.total, removed: last.removed };
}

function started({ tenant }: ObservedDeletion): TenantEvent {
  return {
    type: 'Normal',
    reason: 'DeletionStarted',
    message: `The people of ${tenant.namespace}/${tenant.name} are removed from the store (tenantDeletion: Delete); ${WAY_OUT}`,
  };
}

/** What is told of a tenant that goes. A namespace that has waited takes no events; what it says is told about the namespace. */
export function releaseEvent({ tenant, pods }: ObservedDeletion, why: ReleaseReason): TenantEvent {
  const key = `${tenant.namespace}/${tenant.name}`;
  switch (why) {
    case 'removed': {
      const count = Math.max(0, ...(pods?.deletions ?? []).map(({ id, progress }) => (id === tenant.uid ? (progress?.removed ?? 0) : 0)));
      return {
        type: 'Normal',
        reason: 'PeopleRemoved',
        message: `All people of ${key} are removed from the store: ${count} people, groups and memberships`,
      };
    }
    case 'kept':
      return {
        type: 'Normal',
        reason: 'PeopleKept',
        message: `${key} goes and the people who are left stay in the store, since spec.tenantDeletion is Retain now`,
      };
    case 'given up':
      return {
        type: 'Warning',
        reason: 'DeletionGivenUp',
        message:
          `ScimTenant ${key} was let go with its namespace before its people were removed from the store, since that took longer than ` +
          'DELETION_TIMEOUT; who is left stays there, and a new ScimTenant of this name, deleted with tenantDeletion: Delete, removes them',
      };
  }
}
