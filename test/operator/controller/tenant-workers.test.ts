import { afterEach, describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import type { TenantKey } from '#common/tenant-key.ts';
import { ClusterUnavailableError } from '#operator/controller/cluster-unavailable-error.ts';
import { createOperatorMetrics } from '#operator/controller/operator-metrics.ts';
import { workOnTenants } from '#operator/controller/tenant-workers.ts';
import { KeyedQueue } from '#operator/queue/keyed-queue.ts';
import { aLog } from '#test/support/a-log.ts';
import { Timeline } from '#test/support/a-timeline.ts';

const MINUTE = 60_000;
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function keys(count: number, prefix = 'team/t'): TenantKey[] {
  return Array.from({ length: count }, (_, index): TenantKey => `${prefix}-${index}` as TenantKey);
}

function away(options: { readonly retryAfterMs?: number; readonly concernsAll?: boolean } = {}): ClusterUnavailableError {
  return new ClusterUnavailableError(new Error('no answer'), { retryAfterMs: null, concernsAll: true, ...options });
}

/** Workers whose runs end as `outcome` says; null is a success. */
function aWorld(outcome: (key: TenantKey) => Error | null, workers = 16) {
  const timeline = new Timeline('2026-11-24T06:00:00Z');
  const queue = new KeyedQueue();
  const registry = new Registry();
  const log = aLog();
  const runs: TenantKey[] = [];
  const passed = new Set<TenantKey>();
  const done = new Set<TenantKey>();
  const stop = new AbortController();
  const parts = {
    queue,
    run: async (key: TenantKey) => {
      runs.push(key);
      await timeline.sleep(1, stop.signal);
      const error = outcome(key);
      if (error) throw error;
      done.add(key);
      return { kind: 'none' } as const;
    },
    onPassed: (key: TenantKey) => void passed.add(key),
    monotonic: timeline.now,
    metrics: createOperatorMetrics(registry),
    logger: log.logger,
    wait: timeline.sleep,
  };
  const working = workOnTenants(parts, workers, stop.signal);
  stops.push(async () => {
    stop.abort();
    await working;
  });
  const gauge = async (): Promise<number | undefined> =>
    (await registry.getSingleMetric('scim_cluster_unavailable')?.get())?.values[0]?.value;
  const told = (level: string): unknown[] => log.lines.filter((line) => line['level'] === level).map(({ msg }) => msg);
  return { timeline, queue, runs, passed, done, gauge, told };
}

const AWAY = 'the API server is away, all runs are held up';
const BACK = 'the API server answers again, runs go on';
const OWN = 'run failed, will be tried again';

describe('an outage', () => {
  test('of an hour costs a few runs a minute whatever waits, is told once, and nobody waits when it is over', async () => {
    const tenants = keys(1_000);
    let isAway = true;
    const world = aWorld(() => (isAway ? away() : null));
    for (const key of tenants) world.queue.add(key);
    await world.timeline.pass(MINUTE);
    // Those that were under way when it began, and one for each delay of 0.25, 0.5, 1, … 15 s.
    expect(world.runs.length).toBeGreaterThan(16 + 6);
    expect(world.runs.length).toBeLessThanOrEqual(16 + 12);
    for (let minute = 1; minute < 60; minute++) {
      const before = world.runs.length;
      await world.timeline.pass(MINUTE);
      expect(world.runs.length - before).toBeLessThanOrEqual(6);
      expect(world.runs.length - before).toBeGreaterThanOrEqual(3);
    }
    expect(await world.gauge()).toBe(1);
    expect([...world.told('error'), ...world.told('warn')]).toEqual([AWAY]);
    expect(world.passed.size).toBe(0);

    isAway = false;
    await world.timeline.pass(15_000 + 1_000);
    expect(world.done).toEqual(new Set(tenants));
    expect(await world.gauge()).toBe(0);
    expect(world.told('error')).toEqual([AWAY]);
    expect(world.told('warn')).toEqual([BACK]);
  });

  test.each([
    { name: 'too many requests', error: away({ retryAfterMs: 40_000 }), first: 16 },
    // Two are taken for failures of their own, and their workers go on.
    { name: 'answers of 503 for one tenant after the other', error: away({ retryAfterMs: 40_000, concernsAll: false }), first: 18 },
  ])('waits as long as the server asks for: $name', async ({ error, first }) => {
    const world = aWorld(() => error);
    for (const key of keys(100)) world.queue.add(key);
    await world.timeline.pass(39_000);
    expect(world.runs).toHaveLength(first);
    await world.timeline.pass(39_000);
    expect(world.runs).toHaveLength(first + 1);
  });

  test('of which each answer is about one object is one all the same, once three tenants have had none that is better', async () => {
    const world = aWorld(() => away({ concernsAll: false }), 1);
    for (const key of keys(100)) world.queue.add(key);
    await world.timeline.pass(180);
    expect(world.runs).toHaveLength(3);
    expect(world.told('error')).toEqual([OWN, OWN, AWAY]);
  });

  test('lasts as long as the server asks for, whatever a run finds that was under way since before', async () => {
    let first = true;
    const world = aWorld((key) => {
      if (key !== 'team/t-0' || !first) return null;
      first = false;
      return away({ retryAfterMs: 3_000 });
    }, 2);
    for (const key of keys(10)) world.queue.add(key);
    await world.timeline.pass(2_900);
    expect(world.done).toEqual(new Set(['team/t-1']));
    await world.timeline.pass(1_000);
    expect(world.done).toEqual(new Set(keys(10)));
    expect([...world.told('error'), ...world.told('warn')]).toEqual([AWAY, BACK]);
  });

  test('does not end with a run that fails for another reason, which may be a lease that is lost, and others try after it', async () => {
    let isAway = true;
    const world = aWorld((key) => (key === 'team/t-0' ? new Error('the lease is lost') : isAway ? away() : null), 1);
    for (const key of keys(3)) world.queue.add(key);
    await world.timeline.pass(MINUTE);
    expect(world.told('warn')).toEqual([]);
    expect(await world.gauge()).toBe(1);
    isAway = false;
    await world.timeline.pass(2 * MINUTE);
    expect(world.done).toEqual(new Set(['team/t-1', 'team/t-2']));
    expect(world.told('warn')).toEqual([BACK]);
  });

  test('is no longer told of by a process that stops', async () => {
    const world = aWorld(() => away());
    world.queue.add('team/t-0');
    await world.timeline.pass(100);
    expect(await world.gauge()).toBe(1);
    await stops.pop()?.();
    expect(await world.gauge()).toBe(0);
  });
});

describe('a tenant that fails while others go well', () => {
  test('holds nobody up, be it for ever', async () => {
    const tenants = keys(1_000);
    const world = aWorld((key) => (key === 'team/t-3' ? away({ concernsAll: false }) : null));
    for (const key of tenants) world.queue.add(key);
    await world.timeline.pass(1_000);
    expect(world.done).toEqual(new Set(tenants.filter((key) => key !== 'team/t-3')));
    expect(world.runs.filter((key) => key !== 'team/t-3')).toHaveLength(999);
    expect(world.passed.has('team/t-3')).toBe(true);
    // Its own delay passes on the real clock, so that a slow machine sees it try again.
    expect(new Set(world.told('error'))).toEqual(new Set([OWN]));
    expect(await world.gauge()).toBe(0);
  });

  test('and a hundred of one namespace in a row are passed by lot', async () => {
    const broken = keys(100, 'team-broken/t');
    const well = keys(400);
    const world = aWorld((key) => (key.startsWith('team-broken/') ? away({ concernsAll: false }) : null));
    for (const key of [...broken, ...well]) world.queue.add(key);
    await world.timeline.pass(30_000);
    expect(world.done).toEqual(new Set(well));
  });
});
