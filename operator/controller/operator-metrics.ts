import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ReleaseReason } from '../reconcile/deletion/decide-deletion.ts';
import type { QueueMetrics } from './key-queue.ts';
import { createTenantMetrics, type TenantMetrics } from './tenant-metrics.ts';

/** Value of the labels `controller` and `name`, as controller-runtime would call a controller of this kind. */
const CONTROLLER = 'scimtenant';

export type ReconcileResult = 'success' | 'error' | 'requeue' | 'requeue_after';

const DELETION_OUTCOMES = { removed: 'removed', kept: 'kept', 'given up': 'given_up' } as const satisfies Record<ReleaseReason, string>;

/** What the operator tells Prometheus. controller-runtime's names are kept, so that its dashboards and alerts work. */
export interface OperatorMetrics {
  readonly queue: QueueMetrics;
  readonly tenants: TenantMetrics;
  reconciled(result: ReconcileResult, seconds: number): void;
  leading(isLeader: boolean): void;
  /** This process no longer acts: what it last knew of tenants and informers would contradict the new leader. */
  termEnded(): void;
  /** Whether no tenant is switched off for failures, since too many fail at once. */
  frozen(isFrozen: boolean): void;
  /** Whether runs are held up, since the cluster is away. */
  unavailable(isAway: boolean): void;
  /** An attempt to send a mail ended. */
  notified(outcome: 'delivered' | 'failed'): void;
  /** An informer of this kind of resource heard from the API server, be it a bookmark. */
  informerHeard(kind: string): void;
  /** A tenant with `tenantDeletion: Delete` that was deleted has gone, and why it could. */
  tenantDeleted(why: ReleaseReason): void;
  /** Every pod serves a config this long after it was written. */
  configPropagated(seconds: number): void;
}

/** @param monotonic milliseconds since whenever */
export function createOperatorMetrics(registry: Registry, monotonic: () => number = () => performance.now()): OperatorMetrics {
  const registers = [registry];
  const runs = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Runs by result',
    labelNames: ['controller', 'result'],
    registers,
  });
  for (const result of ['success', 'error', 'requeue', 'requeue_after'] satisfies ReconcileResult[]) {
    runs.inc({ controller: CONTROLLER, result }, 0);
  }
  const runTime = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Length of a run',
    labelNames: ['controller'],
    // From a run that finds nothing to do to an API server that lets one wait.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const leader = new Gauge({
    name: 'leader_election_master_status',
    help: 'Whether this process leads (1) or waits (0)',
    labelNames: ['name'],
    registers,
  });
  leader.set({ name: CONTROLLER }, 0);
  const frozen = new Gauge({
    name: 'scim_breaker_frozen',
    help: 'Whether so many tenants fail at once that none of them is switched off for it',
    registers,
  });
  const unavailable = new Gauge({
    name: 'scim_cluster_unavailable',
    help: 'Whether runs are held up, since the API server does not answer them',
    registers,
  });
  const notifications = new Counter({
    name: 'scim_notifications_total',
    help: 'Attempts to send a mail by outcome',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['delivered', 'failed']) notifications.inc({ outcome }, 0);
  const deletions = new Counter({
    name: 'scim_deleted_tenants_total',
    help: 'Deleted tenants with tenantDeletion: Delete that have gone: people removed, kept by a change to Retain, or given up',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of Object.values(DELETION_OUTCOMES)) deletions.inc({ outcome }, 0);
  const propagation = new Histogram({
    name: 'scim_config_propagation_seconds',
    help: 'Time from writing a configuration to its being served by every pod',
    // The goal is 1 s; the pods are asked every 2 s.
    buckets: [0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300],
    registers,
  });
  const heard = informerAge(registers, monotonic);
  const queue = queueMetrics(registers);
  const tenants = createTenantMetrics(registry);
  return {
    queue,
    tenants,
    reconciled: (result, seconds) => {
      runs.inc({ controller: CONTROLLER, result });
      runTime.observe({ controller: CONTROLLER }, seconds);
    },
    leading: (isLeader) => leader.set({ name: CONTROLLER }, isLeader ? 1 : 0),
    termEnded: () => {
      tenants.clear();
      heard.clear();
      frozen.set(0);
      unavailable.set(0);
      queue.depth(0);
    },
    frozen: (isFrozen) => frozen.set(isFrozen ? 1 : 0),
    unavailable: (isAway) => unavailable.set(isAway ? 1 : 0),
    notified: (outcome) => notifications.inc({ outcome }),
    informerHeard: (kind) => heard.mark(kind),
    tenantDeleted: (why) => deletions.inc({ outcome: DELETION_OUTCOMES[why] }),
    configPropagated: (seconds) => propagation.observe(seconds),
  };
}

function queueMetrics(registers: Registry[]): QueueMetrics {
  const name = CONTROLLER;
  const labelNames = ['name'];
  const depth = new Gauge({ name: 'workqueue_depth', help: 'Keys that wait for a worker', labelNames, registers });
  const adds = new Counter({ name: 'workqueue_adds_total', help: 'Keys that began to wait', labelNames, registers });
  const retries = new Counter({
    name: 'workqueue_retries_total',
    help: 'Keys that were added again after a failure',
    labelNames,
    registers,
  });
  depth.set({ name }, 0);
  adds.inc({ name }, 0);
  retries.inc({ name }, 0);
  return {
    depth: (keys) => depth.set({ name }, keys),
    added: () => adds.inc({ name }),
    retried: () => retries.inc({ name }),
  };
}

function informerAge(registers: Registry[], monotonic: () => number): { mark(kind: string): void; clear(): void } {
  const lastHeard = new Map<string, number>();
  const age = new Gauge({
    name: 'scim_informer_last_event_age_seconds',
    help: 'Time since an informer heard from the API server',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const [kind, time] of lastHeard) age.set({ kind }, (monotonic() - time) / 1_000);
    },
  });
  return {
    mark: (kind) => lastHeard.set(kind, monotonic()),
    clear() {
      lastHeard.clear();
      age.reset();
    },
  };
}
