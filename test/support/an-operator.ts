import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import type { TenantKey } from '#common/tenant-key.ts';
import { toolManagers } from '#operator/breaker/tool-managers.ts';
import { ConfigPropagation } from '#operator/controller/config-propagation.ts';
import { EventLimit } from '#operator/controller/event-limit.ts';
import { createOperatorMetrics } from '#operator/controller/operator-metrics.ts';
import type { ClusterReader, ClusterWriter } from '#operator/controller/ports.ts';
import { ReportBook } from '#operator/controller/report-book.ts';
import { runTenant } from '#operator/controller/tenant-run.ts';
import type { Requeue } from '#operator/reconcile/outcome.ts';
import type { FakeClock } from '#test/support/a-clock.ts';
import { aLog } from '#test/support/a-log.ts';
import type { FakeCluster } from '#test/support/fake-cluster.ts';
import { FakeNotifier, type FakeMailbox } from '#test/support/fake-notifier.ts';
import type { FakePods } from '#test/support/fake-pods.ts';

export interface OperatorWorld {
  readonly cluster: FakeCluster;
  readonly pods: FakePods;
  readonly mailbox: FakeMailbox;
  readonly clock: FakeClock;
}

export class Crash extends Error {
  constructor() {
    super('the process was killed');
    this.name = 'Crash';
  }
}

/**
 * One process of the operator, stepped by hand. It dies before the write after `writes`, and never writes again.
 * @param port by which it reaches the world's cluster
 */
export function anOperator(world: OperatorWorld, writes = Infinity, port: ClusterReader & ClusterWriter = world.cluster) {
  const { cluster, pods, mailbox, clock } = world;
  const notifier = new FakeNotifier(mailbox);
  const book = new ReportBook({ clock: clock.now, elapsed: clock.now });
  const metrics = createOperatorMetrics(new Registry(), clock.now);
  let left = writes;
  const assertHeld = (): void => {
    left -= 1;
    if (left < 0) throw new Crash();
  };
  const parts = {
    reader: port,
    writer: port,
    notifier,
    book,
    metrics,
    propagation: new ConfigPropagation(),
    eventLimit: new EventLimit(),
    leadership: { assertHeld },
    clock: clock.now,
    monotonic: clock.now,
    newToken: () => `a-generated-token-${randomUUID()}`,
    logger: aLog().logger,
    externalUrl: 'https://scim.example.com/',
    docsUrl: 'https://docs.example.com/scim/',
    deletionTimeoutMs: 600_000,
    breaker: { tools: toolManagers([]), dryRun: false },
    // One tenant alone is never a failure of the platform.
    desk: { enter: () => ({ kind: 'Allowed' as const }), forget() {} },
  };

  /** @throws Crash */
  async function step(key: TenantKey): Promise<Requeue> {
    book.record(await pods.poll());
    return runTenant(parts, key);
  }

  /**
   * Runs until a run changes nothing.
   * @throws Crash
   */
  async function settle(key: TenantKey): Promise<void> {
    for (let round = 0; round < 20; round += 1) {
      const before = cluster.writes.length;
      const requeue = await step(key);
      if (cluster.writes.length === before && !(requeue.kind === 'after' && requeue.milliseconds === 0)) return;
      clock.advance(1_000);
    }
    throw new Error(`tenant ${key} does not settle: ${cluster.writes.slice(-10).join(', ')}`);
  }

  return { step, settle, notifier, alive: () => left >= 0 };
}
