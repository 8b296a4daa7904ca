import type { Logger } from '#common/logger.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { waitUnlessAborted } from '#common/wait.ts';
import { ClockJumps } from './clock-jumps.ts';
import { ConfigPropagation } from './config-propagation.ts';
import { EventLimit } from './event-limit.ts';
import type { KeyQueue } from './key-queue.ts';
import type { OperatorMetrics } from './operator-metrics.ts';
import type { BreakerSettings } from '../reconcile/observed.ts';
import type {
  ChangeFeed,
  Clock,
  ClusterReader,
  ClusterWriter,
  Leadership,
  MonotonicClock,
  Notifier,
  PlatformNotifier,
  PodReports,
} from './ports.ts';
import { ReportBook } from './report-book.ts';
import { Resync } from './resync.ts';
import type { TenantRunParts } from './run-parts.ts';
import { runTenant } from './tenant-run.ts';
import { workOnTenants, type TenantWorkersParts } from './tenant-workers.ts';
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
  readonly monotonic: MonotonicClock;
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
  /** How often a sixtieth of the tenants is looked at without a reason, and leftovers are swept; 10 min. */
  readonly resyncIntervalMs?: number;
  /** How long a namespace that is being deleted waits for the removal of its tenants' people; 10 min. */
  readonly deletionTimeoutMs?: number;
  /** Tenants handled at the same time; 16. */
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

/** A run waits for the API server most of its time: 16 of them keep it busy, and leave it room for others. */
const DEFAULTS = { pollIntervalMs: 2_000, resyncIntervalMs: 600_000, deletionTimeoutMs: 600_000, workers: 16 };
/** Between two tries to list all tenants. */
const LONGEST_LIST_DELAY_MS = 60_000;

/** The shell around the runs: feed, polls and timers put keys into the queue, workers take them out. */
export function createController(parts: ControllerParts): Controller {
  const { reader, feed, pods, clock, monotonic, queue, metrics, logger } = parts;
  const settings = { ...DEFAULTS, ...parts.settings };
  const book = new ReportBook({ clock, elapsed: monotonic });
  const propagation = new ConfigPropagation();
  const desk = createDesk(parts);
  const resync = new Resync({ reader, desk });
  const jumps = new ClockJumps(clock, monotonic);
  const { externalUrl, docsUrl, breaker, deletionTimeoutMs } = settings;
  const eventLimit = new EventLimit();
  const runParts: TenantRunParts = { ...parts, book, propagation, eventLimit, desk, externalUrl, docsUrl, breaker, deletionTimeoutMs };
  const workerParts: TenantWorkersParts = {
    queue,
    run: (key) => runTenant(runParts, key),
    // A tenant that can't be looked at must not keep all others waiting.
    onPassed: (key) => desk.pass(key),
    monotonic,
    metrics,
    logger,
  };

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
      sweep(signal).then(() => repeat(settings.resyncIntervalMs, signal, () => sweep(signal))),
      workOnTenants(workerParts, settings.workers, signal),
    ]);
  }

  async function poll(signal: AbortSignal): Promise<void> {
    const jump = jumps.look();
    if (jump !== null) {
      logger.warn({ milliseconds: Math.round(jump) }, 'the clock was set, every tenant is looked at');
      addAll(desk.keys());
    }
    try {
      const answers = await pods.poll(signal);
      // Also those that no pod tells of.
      if (book.expected !== null && book.expected !== answers.expected) addAll(desk.keys());
      addAll(book.record(answers));
      for (const seconds of propagation.finished((key) => book.observation(key), monotonic())) metrics.configPropagated(seconds);
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: error }, 'pods not asked, will be tried again');
    }
  }

  /** Asks again until the cluster answers. */
  async function sweep(signal: AbortSignal): Promise<void> {
    for (let delay = settings.pollIntervalMs; !signal.aborted; delay = Math.min(2 * delay, LONGEST_LIST_DELAY_MS)) {
      try {
        addAll(await resync.sweep());
        return;
      } catch (error) {
        logger.warn({ err: error }, 'tenants not listed, will be tried again');
        await waitUnlessAborted(delay, signal);
      }
    }
  }

  function addAll(keys: readonly TenantKey[]): void {
    for (const key of keys) queue.add(key);
  }

  return { run, enqueue: (key) => queue.add(key) };
}

function createDesk({ clock, monotonic, queue, metrics, platform, logger, settings }: ControllerParts): TripDesk {
  // Of an earlier term of this process nothing holds any more.
  metrics.frozen(false);
  const desk = new TripDesk({
    clock,
    monotonic,
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
