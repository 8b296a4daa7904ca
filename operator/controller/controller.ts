import type { Logger } from '#common/logger.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { waitUnlessAborted } from '#common/wait.ts';
import type { Requeue } from '../reconcile/outcome.ts';
import { ConfigPropagation } from './config-propagation.ts';
import { EventLimit } from './event-limit.ts';
import type { KeyQueue } from './key-queue.ts';
import type { OperatorMetrics, ReconcileResult } from './operator-metrics.ts';
import type { BreakerSettings } from '../reconcile/observed.ts';
import type { ChangeFeed, Clock, ClusterReader, ClusterWriter, Leadership, Notifier, PlatformNotifier, PodReports } from './ports.ts';
import { ReportBook } from './report-book.ts';
import type { TenantRunParts } from './run-parts.ts';
import { runTenant } from './tenant-run.ts';
import { TripDesk } from './trip-desk.ts';

export interface ControllerParts {
  readonly reader: ClusterReader;
  readonly writer: ClusterWriter;
  readonly feed: ChangeFeed;
  readonly pods: PodReports;
  readonly notifier: Notifier;
  readonly platform: PlatformNotifier;
  readonly leadership: Leadership;
  readonly clock: Clock;
  /** A bearer token of at least 256 random bits. */
  readonly newToken: () => string;
  readonly queue: KeyQueue;
  readonly metrics: OperatorMetrics;
  readonly logger: Logger;
  readonly settings: ControllerSettings;
}

export interface ControllerSettings {
  readonly externalUrl: string;
  /** Where the folder `docs` is published; null when it is not. */
  readonly docsUrl: string | null;
  readonly breaker: BreakerSettings;
  /** How long a tenant that wants to trip waits for others who want the same; 3 s. */
  readonly tripGraceMs?: number;
  /** How often the pods are asked; 2 s. */
  readonly pollIntervalMs?: number;
  /** How often every tenant is looked at without a reason, and leftovers are swept; 10 min. */
  readonly resyncIntervalMs?: number;
  /** How long a namespace that is being deleted waits for the removal of its tenants' people; 10 min. */
  readonly deletionTimeoutMs?: number;
  /** Tenants handled at the same time; 4. */
  readonly workers?: number;
}

export interface Controller {
  /**
   * Works until the signal aborts, and resolves once everything has stopped. A run that fails is logged and tried again.
   * @throws what the feed throws, after everything else has stopped
   */
  run(signal: AbortSignal): Promise<void>;
  /** Asks for a run of this tenant. */
  enqueue(key: TenantKey): void;
}

const DEFAULTS = { pollIntervalMs: 2_000, resyncIntervalMs: 600_000, deletionTimeoutMs: 600_000, workers: 4 };

/** The shell around the runs: feed, polls and timers put keys into the queue, workers take them out. */
export function createController(parts: ControllerParts): Controller {
  const { reader, feed, pods, clock, queue, metrics, logger } = parts;
  const settings = { ...DEFAULTS, ...parts.settings };
  const book = new ReportBook({ clock, elapsed: () => performance.now() });
  const propagation = new ConfigPropagation();
  const desk = createDesk(parts);
  const { externalUrl, docsUrl, breaker, deletionTimeoutMs } = settings;
  const eventLimit = new EventLimit();
  const runParts: TenantRunParts = { ...parts, book, propagation, eventLimit, desk, externalUrl, docsUrl, breaker, deletionTimeoutMs };

  async function run(outer: AbortSignal): Promise<void> {
    const fault = new AbortController();
    const signal = AbortSignal.any([outer, fault.signal]);
    const stopAllOnFault = (error: unknown): never => {
      fault.abort(error);
      throw error;
    };
    const results = await Promise.allSettled([
      feed.run((key) => queue.add(key), signal).catch(stopAllOnFault),
      work(signal).catch(stopAllOnFault),
    ]);
    const rejected = results.find((result) => result.status === 'rejected');
    if (rejected) throw rejected.reason;
  }

  /** Nothing is decided before every tenant is known and the pods have been asked: absence would be taken for a fact. */
  async function work(signal: AbortSignal): Promise<void> {
    await Promise.race([feed.synced(), aborted(signal)]);
    if (signal.aborted) return;
    await poll(signal);
    await Promise.all([
      repeat(settings.pollIntervalMs, signal, () => poll(signal)),
      resync(signal).then(() => repeat(settings.resyncIntervalMs, signal, () => resync(signal))),
      ...Array.from({ length: settings.workers }, () => takeKeys(signal)),
    ]);
  }

  async function takeKeys(signal: AbortSignal): Promise<void> {
    for (let key = await queue.next(signal); key !== null; key = await queue.next(signal)) {
      const begin = performance.now();
      const result = await handle(key);
      queue.done(key);
      metrics.reconciled(result, (performance.now() - begin) / 1_000);
    }
  }

  async function handle(key: TenantKey): Promise<ReconcileResult> {
    try {
      return enqueueAgain(key, await runTenant(runParts, key));
    } catch (error) {
      logger.error({ tenant: key, err: error }, 'run failed, will be tried again');
      queue.addRateLimited(key);
      return 'error';
    } finally {
      desk.pass(key);
    }
  }

  function enqueueAgain(key: TenantKey, requeue: Requeue): ReconcileResult {
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

  async function poll(signal: AbortSignal): Promise<void> {
    try {
      for (const key of book.record(await pods.poll(signal))) queue.add(key);
      for (const seconds of propagation.finished((key) => book.observation(key), clock())) metrics.configPropagated(seconds);
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: error }, 'pods not asked, will be tried again');
    }
  }

  /** Every tenant, and every config without one, which a run takes away. Asks again until the cluster answers. */
  async function resync(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const keys = await reader.tenantKeys();
        desk.expect(keys);
        for (const key of keys) queue.add(key);
        for (const key of await reader.derivedConfigKeys()) queue.add(key);
        return;
      } catch (error) {
        logger.warn({ err: error }, 'tenants not listed, will be tried again');
        await waitUnlessAborted(settings.pollIntervalMs, signal);
      }
    }
  }

  return { run, enqueue: (key) => queue.add(key) };
}

function createDesk({ clock, queue, metrics, platform, logger, settings }: ControllerParts): TripDesk {
  // Of an earlier term of this process nothing holds any more.
  metrics.frozen(false);
  const desk = new TripDesk({
    clock,
    ...(settings.tripGraceMs !== undefined && { graceMs: settings.tripGraceMs }),
    onFrozen: (notice) => {
      const { since, wanting, tenants, named } = notice;
      logger.error({ since, wanting, tenants, named }, 'many tenants fail at once, none is switched off for it');
      metrics.frozen(true);
      platform.tell(notice, (mark) => desk.told(since, mark));
    },
    onReleased: () => {
      logger.warn('fewer tenants fail, the breakers work again');
      metrics.frozen(false);
    },
    onStale: (keys) => {
      for (const key of keys) queue.add(key);
    },
  });
  return desk;
}

async function repeat(milliseconds: number, signal: AbortSignal, action: () => Promise<void>): Promise<void> {
  for (;;) {
    await waitUnlessAborted(milliseconds, signal);
    if (signal.aborted) return;
    await action();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
