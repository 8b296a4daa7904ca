import { beforeEach, describe, expect, test } from '@jest/globals';
import type { PodDeletion } from '#common/pod-report.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { aClock } from '#test/support/a-clock.ts';
import { aSpecManifest } from '#test/support/a-tenant.ts';
import { anOperator, Crash, type OperatorWorld } from '#test/support/an-operator.ts';
import { FakeCluster } from '#test/support/fake-cluster.ts';
import { FakeMailbox } from '#test/support/fake-notifier.ts';
import { FakePods } from '#test/support/fake-pods.ts';

const KEY: TenantKey = 'team-hr/acme';
const START = '2026-11-24T06:00:00Z';
const MINUTE = 60_000;

let world: OperatorWorld;
beforeEach(() => {
  world = aWorld();
});

function aWorld(): OperatorWorld {
  const clock = aClock(START);
  const cluster = new FakeCluster();
  cluster.putSecret('team-hr', 'acme-scim-token', { token: 'a-token-with-enough-characters' });
  const created = { cluster, pods: new FakePods(cluster, clock.now, ['pod-a', 'pod-b']), mailbox: new FakeMailbox(), clock };
  put(created, 'Delete');
  return created;
}

function put({ cluster }: OperatorWorld, tenantDeletion: 'Retain' | 'Delete'): void {
  cluster.putTenant({ metadata: { namespace: 'team-hr', name: 'acme' }, spec: aSpecManifest({ tenantDeletion }) });
}

function deleteTenant({ cluster, clock }: OperatorWorld): void {
  cluster.deleteTenant(KEY, new Date(clock.now()).toISOString());
}

/** What the store's record says, as a pod tells it. */
async function tell({ cluster, pods }: OperatorWorld, pod: string, progress: Partial<NonNullable<PodDeletion['progress']>>): Promise<void> {
  const { uid } = (await cluster.tenant(KEY))!;
  const whole = { startedAt: '2026-11-24T06:00:00.000Z', total: 10, removed: 0, finishedAt: null, ...progress };
  await pods.note(pod, KEY, { deletion: { id: uid, requestsInFlight: 0, progress: whole } });
}

const finished = (each: OperatorWorld) => tell(each, 'pod-b', { removed: 10, finishedAt: '2026-11-24T06:01:00.000Z' });

async function ready({ cluster }: OperatorWorld): Promise<string> {
  const condition = (await cluster.tenant(KEY))?.status?.conditions.find(({ type }) => type === 'Ready');
  return `${condition?.status} ${condition?.reason}`;
}

/** Without repetitions. */
function writes({ cluster }: OperatorWorld): string[] {
  return cluster.writes.filter((write, index, all) => write !== all[index - 1]);
}

describe('a tenant with tenantDeletion: Delete', () => {
  test('is held before it is served, and goes when its people are removed', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    expect(writes(world)).toEqual(['held', 'config Active', 'status Closed']);
    world.cluster.writes.length = 0;

    deleteTenant(world);
    await operator.settle(KEY);
    expect(await ready(world)).toBe('False Deleting');
    expect(await world.cluster.derivedConfig(KEY)).toMatchObject({ state: { kind: 'Deleting', settled: true } });
    await tell(world, 'pod-a', { removed: 4 });
    world.clock.advance(11_000);
    await operator.settle(KEY);
    expect((await world.cluster.tenant(KEY))?.status?.deletion).toMatchObject({ total: 10, removed: 4 });
    await finished(world);
    await operator.settle(KEY);

    expect(await world.cluster.tenant(KEY)).toBeNull();
    expect(await world.cluster.derivedConfigKeys()).toEqual([]);
    expect(writes(world)).toEqual([
      'config Deleting',
      'event DeletionStarted',
      'status Closed',
      'config Deleting',
      'status Closed',
      'event PeopleRemoved',
      'config deleted',
      'released',
    ]);
  });

  test('waits for a pod that is silent', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    world.pods.silent.add('pod-b');
    deleteTenant(world);
    await operator.settle(KEY);
    expect(await world.cluster.derivedConfig(KEY)).toMatchObject({ state: { kind: 'Deleting', settled: false } });
    world.pods.silent.delete('pod-b');
    await operator.settle(KEY);
    expect(await world.cluster.derivedConfig(KEY)).toMatchObject({ state: { kind: 'Deleting', settled: true } });
  });

  test('goes and keeps its people when the spec says Retain after all', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    deleteTenant(world);
    await operator.settle(KEY);
    put(world, 'Retain');
    await operator.settle(KEY);
    expect(await world.cluster.tenant(KEY)).toBeNull();
    expect(world.cluster.events.at(-1)).toMatchObject({ reason: 'PeopleKept' });
  });

  test('that the spec lets go of again is deleted without any of this', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    put(world, 'Retain');
    await operator.settle(KEY);
    expect(await world.cluster.tenant(KEY)).toMatchObject({ held: false });
    deleteTenant(world);
    await operator.settle(KEY);
    expect(await world.cluster.tenant(KEY)).toBeNull();
    expect(await world.cluster.derivedConfigKeys()).toEqual([]);
    expect(world.cluster.events).toEqual([]);
  });

  test('keeps trying outside of a namespace that is being deleted', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    deleteTenant(world);
    world.clock.advance(48 * 60 * MINUTE);
    await operator.settle(KEY);
    expect(await ready(world)).toBe('False Deleting');
  });

  test('is given up after the limit when its namespace waits, which is told where it can be read', async () => {
    world.cluster.refused.add('recordEvent');
    const operator = anOperator(world);
    await operator.settle(KEY);
    world.cluster.terminatingNamespaces.add('team-hr');
    deleteTenant(world);
    world.clock.advance(9 * MINUTE);
    await operator.settle(KEY);
    expect(await ready(world)).toBe('False Deleting');

    world.clock.advance(MINUTE);
    await operator.settle(KEY);
    expect(await world.cluster.tenant(KEY)).toBeNull();
    expect(await world.cluster.derivedConfigKeys()).toEqual([]);
    expect(world.cluster.namespaceEvents).toEqual([
      { namespace: 'team-hr', type: 'Warning', reason: 'DeletionGivenUp', message: expect.stringContaining('team-hr/acme') },
    ]);
  });

  test('is let go of even when nothing can be told', async () => {
    for (const write of ['recordEvent', 'recordNamespaceEvent'] as const) world.cluster.refused.add(write);
    const operator = anOperator(world);
    await operator.settle(KEY);
    world.cluster.terminatingNamespaces.add('team-hr');
    deleteTenant(world);
    world.clock.advance(11 * MINUTE);
    await operator.settle(KEY);
    expect(await world.cluster.tenant(KEY)).toBeNull();
  });

  test('whose config can not be written says so, and is tried again', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    deleteTenant(world);
    world.cluster.refused.add('applyDerivedConfig');
    expect(await operator.step(KEY)).toEqual({ kind: 'backoff' });
    expect(await ready(world)).toBe('False ConfigNotWritten');
    world.cluster.refused.clear();
    await operator.settle(KEY);
    expect(await ready(world)).toBe('False Deleting');
  });

  test('a new one of its name is served, and what pods say of the old deletion does not concern it', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    deleteTenant(world);
    await operator.settle(KEY);
    await finished(world);
    await operator.settle(KEY);
    put(world, 'Delete');
    await operator.settle(KEY);
    expect(await ready(world)).toBe('True Programmed');
    deleteTenant(world);
    await operator.settle(KEY);
    expect(await ready(world)).toBe('False Deleting');
  });

  /** Each run's writes are few, and there are not more than these in the story. */
  test.each(Array.from({ length: 14 }, (_, at) => at))(
    'comes to its end whatever write an operator dies at (after %i)',
    async (writesLeft) => {
      const mortal = anOperator(world, writesLeft);
      const live = async (story: (operator: ReturnType<typeof anOperator>) => Promise<void>): Promise<void> => {
        try {
          if (mortal.alive()) return await story(mortal);
        } catch (error) {
          if (!(error instanceof Crash)) throw error;
        }
        return story(anOperator(world));
      };
      await live((operator) => operator.settle(KEY));
      deleteTenant(world);
      await live((operator) => operator.settle(KEY));
      const { uid } = (await world.cluster.tenant(KEY))!;
      for (let round = 0; round < 3 && (await world.cluster.tenant(KEY)) !== null; round += 1) {
        await live(async (operator) => {
          await operator.settle(KEY);
          // The record of the store outlives pods and operators.
          const progress = { startedAt: START.replace('Z', '.000Z'), total: 10, removed: 10, finishedAt: '2026-11-24T06:01:00.000Z' };
          await world.pods.note('pod-b', KEY, { deletion: { id: uid, requestsInFlight: 0, progress } });
          await operator.settle(KEY);
        });
      }

      expect(await world.cluster.tenant(KEY)).toBeNull();
      expect(await world.cluster.derivedConfigKeys()).toEqual([]);
      expect(writes(world).at(-1)).toBe('released');
    },
  );
});

test('a config whose tenant has gone is taken away', async () => {
  const operator = anOperator(world);
  await operator.settle(KEY);
  put(world, 'Retain');
  await operator.settle(KEY);
  world.cluster.deleteTenant(KEY);
  await operator.settle(KEY);
  expect(await world.cluster.derivedConfigKeys()).toEqual([]);
});
