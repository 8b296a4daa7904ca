import { Registry } from 'prom-client';
import { createController, type Controller, type ControllerParts, type ControllerSettings } from '#operator/controller/controller.ts';
import { createOperatorMetrics } from '#operator/controller/operator-metrics.ts';
import type { ChangeFeed, ClusterReader, ClusterWriter, PodReports } from '#operator/controller/ports.ts';
import { KeyedQueue } from '#operator/queue/keyed-queue.ts';
import { aLog } from './a-log.ts';
import { FakeMailbox, FakeNotifier } from './fake-notifier.ts';

export interface ControllerWorld extends Partial<ControllerParts> {
  readonly cluster: ClusterReader & ClusterWriter & ChangeFeed;
  readonly pods: PodReports;
  readonly mailbox?: FakeMailbox;
  /** Ends the controller; one of its own unless given. */
  readonly stop?: AbortController;
}

export interface RunningController {
  readonly controller: Controller;
  /** Has the metrics, unless they were given. */
  readonly registry: Registry;
  readonly log: ReturnType<typeof aLog>;
  /** As the controller's `run`. */
  readonly running: Promise<void>;
  /** Stops it, and waits until it has. */
  readonly end: () => Promise<void>;
}

/** The operator's whole shell with its loops, on real time and with nobody to tell unless a test says otherwise. */
export function runController(
  { cluster, mailbox = new FakeMailbox(), stop = new AbortController(), ...parts }: ControllerWorld,
  settings: Partial<ControllerSettings> = {},
): RunningController {
  const monotonic = parts.monotonic ?? (() => performance.now());
  const registry = new Registry();
  const metrics = parts.metrics ?? createOperatorMetrics(registry, monotonic);
  const log = aLog();
  const queue = new KeyedQueue({ metrics: metrics.queue });
  const controller = createController({
    reader: cluster,
    writer: cluster,
    feed: cluster,
    notifier: new FakeNotifier(mailbox, { onSettled: (key) => queue.add(key) }),
    platform: { tell() {} },
    leadership: { assertHeld() {} },
    clock: Date.now,
    newToken: () => 'never',
    queue,
    metrics,
    logger: log.logger,
    ...parts,
    monotonic,
    settings: {
      externalUrl: 'https://scim.example.com',
      docsUrl: null,
      breaker: { tools: [], dryRun: false },
      pollIntervalMs: 10,
      tripGraceMs: 0,
      ...settings,
    },
  });
  const running = controller.run(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  return { controller, registry, log, running, end };
}
