import type { Logger } from '#common/logger.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { waitUnlessAborted } from '#common/wait.ts';
import type { Requeue } from '../reconcile/outcome.ts';
import { ClusterUnavailableError } from './cluster-unavailable-error.ts';
import type { KeyQueue } from './key-queue.ts';
import type { OperatorMetrics, ReconcileResult } from './operator-metrics.ts';
import { OutageGate } from './outage-gate.ts';
import type { MonotonicClock } from './ports.ts';

export interface TenantWorkersParts {
  readonly queue: KeyQueue;
  /** @throws ClusterUnavailableError, or whatever keeps this tenant from being handled */
  readonly run: (key: TenantKey) => Promise<Requeue>;
  /** Called when a tenant was looked at, or can't be for a reason of its own. */
  readonly onPassed: (key: TenantKey) => void;
  readonly monotonic: MonotonicClock;
  readonly metrics: Pick<OperatorMetrics, 'reconciled' | 'unavailable'>;
  readonly logger: Logger;
  /** Real time unless told. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Takes keys out of the queue and runs their tenants, so many at the same time, until the signal aborts. A run that fails is tried
 * again; while the cluster is away, all of them wait for it together.
 */
export async function workOnTenants(parts: TenantWorkersParts, workers: number, signal: AbortSignal): Promise<void> {
  const { queue, metrics } = parts;
  const gate = createGate(parts, signal);
  const work = async (): Promise<void> => {
    for (let key = await queue.next(signal); key !== null; key = await queue.next(signal)) {
      const begin = performance.now();
      const result = await handle(parts, gate, key);
      queue.done(key);
      metrics.reconciled(result, (performance.now() - begin) / 1_000);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  // Nobody waits any more, for whatever.
  metrics.unavailable(false);
}

async function handle({ queue, run, onPassed, logger }: TenantWorkersParts, gate: OutageGate, key: TenantKey): Promise<ReconcileResult> {
  const { term } = gate;
  try {
    const requeue = await run(key);
    gate.answered(key, term);
    onPassed(key);
    return enqueueAgain(queue, key, requeue);
  } catch (error) {
    const isUnavailable = error instanceof ClusterUnavailableError;
    // That the cluster is away is told once for all tenants, and each of them has yet to be looked at.
    if (isUnavailable && !gate.failed(key, error, term)) return 'error';
    logger.error({ tenant: key, err: error }, 'run failed, will be tried again');
    onPassed(key);
    if (!isUnavailable) {
      queue.addRateLimited(key);
      gate.failedOtherwise(key, term);
    }
    return 'error';
  }
}

function enqueueAgain(queue: KeyQueue, key: TenantKey, requeue: Requeue): ReconcileResult {
  if (requeue.kind === 'backoff') {
    queue.addRateLimited(key);
    return 'error';
  }
  queue.forget(key);
  if (requeue.kind === 'none') return 'success';
  if (requeue.milliseconds > 0) queue.addAfter(key, requeue.milliseconds);
  else queue.add(key);
  return requeue.milliseconds > 0 ? 'requeue_after' : 'requeue';
}

function createGate({ queue, monotonic, metrics, logger, wait = waitUnlessAborted }: TenantWorkersParts, signal: AbortSignal): OutageGate {
  metrics.unavailable(false);
  return new OutageGate({
    queue,
    monotonic,
    after: (milliseconds, callback) => {
      void wait(milliseconds, signal).then(() => {
        if (!signal.aborted) callback();
      });
    },
    random: Math.random,
    onAway: (error) => {
      logger.error({ err: error }, 'the API server is away, all runs are held up');
      metrics.unavailable(true);
    },
    onBack: ({ milliseconds, attempts }) => {
      logger.warn({ milliseconds: Math.round(milliseconds), attempts }, 'the API server answers again, runs go on');
      metrics.unavailable(false);
    },
  });
}
