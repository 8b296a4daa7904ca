import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { TenantConfig } from '#common/tenant-config.ts';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import type { TenantRemoval } from '#scim-service/provisioning/tenant-removal.ts';
import type { TenantDirectory } from '#scim-service/tenancy/tenant-directory.ts';
import { createTenantUpkeep } from '#scim-service/upkeep/tenant-upkeep.ts';
import { BEFORE, UpkeepWorld } from '#test/support/upkeep-world.ts';

const TENANT = 'team-hr/acme';
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const STOPPING: TenantConfig = { ...BEFORE, generation: 2, state: { kind: 'Deleting', id: 'uid-1', settled: false } };
const SETTLED: TenantConfig = { ...STOPPING, state: { kind: 'Deleting', id: 'uid-1', settled: true } };

let world: UpkeepWorld;
let stop: AbortController;

beforeEach(() => {
  world = new UpkeepWorld();
  stop = new AbortController();
});

afterEach(() => {
  stop.abort();
  world[Symbol.dispose]();
});

interface Pod {
  readonly directory: TenantDirectory;
  /** As kill -9 does: nothing that is under way is heard of again. */
  kill(): void;
  progress(): object | null;
}

function startPod(holder: string, config: TenantConfig, removal: Partial<TenantRemoval> = {}): Pod {
  const directory = world.directory();
  const parts = world.pod(holder);
  const dead = new AbortController();
  const signal = AbortSignal.any([stop.signal, dead.signal]);
  // A killed process has no say: what it awaits never comes.
  const unlessDead = async <T>(operation: () => Promise<T>): Promise<T> => (dead.signal.aborted ? new Promise<T>(() => {}) : operation());
  const over: TenantRemoval = { ...world.store.removal, ...removal };
  const store = {
    ...parts.store,
    users: world.store.users,
    upkeep: world.store.upkeep,
    leases: { take: (request: Parameters<typeof world.store.leases.take>[0]) => unlessDead(() => world.store.leases.take(request)) },
    removal: {
      begin: (...parameters: Parameters<TenantRemoval['begin']>) => unlessDead(() => over.begin(...parameters)),
      removeSome: (...parameters: Parameters<TenantRemoval['removeSome']>) => unlessDead(() => over.removeSome(...parameters)),
      finish: (...parameters: Parameters<TenantRemoval['finish']>) => unlessDead(() => over.finish(...parameters)),
    },
  };
  void createTenantUpkeep({ ...parts, store, directory, random: () => 0.5 }).run(signal);
  directory.set(config);
  return { directory, kill: () => dead.abort(), progress: () => directory.find(TENANT)?.upkeep.deletion?.progress ?? null };
}

describe('the removal of a deleted tenant', () => {
  test('takes everybody, the retired too, in batches with rests, and says how far it is', async () => {
    const people = await world.addPeople(600);
    await world.retire(people[7]!);
    const others = await world.addPeople(3, { ...BEFORE, name: 'other' });
    const pod = startPod('pod-a', SETTLED);
    await world.time.pass(15);
    expect(pod.progress()).toMatchObject({ total: 600, removed: 500, finishedAt: null });
    await world.time.pass(7 * SECOND);

    expect(pod.progress()).toMatchObject({ total: 600, removed: 600, finishedAt: expect.any(String) });
    expect(await world.everyone()).toEqual([]);
    expect(await world.everyone('team-hr/other')).toEqual(others);
    expect(world.counted).toEqual({ reprojected: 0, removed: 0, deleted: 600 });
  });

  test('is not over while requests may still write: what comes until then goes too', async () => {
    await world.addPeople(10);
    const pod = startPod('pod-a', STOPPING);
    await world.time.pass(30 * SECOND);
    expect(pod.progress()).toMatchObject({ total: 10, removed: 10, finishedAt: null });
    await world.addPeople(2);
    pod.directory.set(SETTLED);
    await world.time.pass(3 * SECOND);
    // A write that its request has given up.
    await world.addPeople(1);
    await world.time.pass(10 * SECOND);

    expect(pod.progress()).toMatchObject({ total: 13, removed: 13, finishedAt: expect.any(String) });
    expect(await world.everyone()).toEqual([]);
  });

  test('is done once by three pods, each of which says so in the end', async () => {
    await world.addPeople(900);
    const pods = ['pod-a', 'pod-b', 'pod-c'].map((name) => startPod(name, SETTLED));
    await world.time.pass(MINUTE);

    expect(world.counted.deleted).toBe(900);
    expect(await world.everyone()).toEqual([]);
    for (const pod of pods) expect(pod.progress()).toMatchObject({ total: 900, removed: 900, finishedAt: expect.any(String) });
  });

  test('is gone on with by another pod when the working one is killed in the middle', async () => {
    await world.addPeople(900);
    let steps = 0;
    const first = startPod('pod-a', SETTLED, {
      async removeSome(...parameters) {
        const record = await world.store.removal.removeSome(...parameters);
        if ((steps += 1) === 2) first.kill();
        return record;
      },
    });
    await world.time.pass(SECOND);
    expect(await world.everyone()).toHaveLength(400);

    const second = startPod('pod-b', SETTLED);
    await world.time.pass(MINUTE);
    expect(await world.everyone()).toEqual([]);
    expect(second.progress()).toMatchObject({ total: 900, removed: 900, finishedAt: expect.any(String) });
  });

  test('is told by a pod that starts after it was over', async () => {
    await world.addPeople(5);
    startPod('pod-a', SETTLED).kill();
    startPod('pod-b', SETTLED);
    await world.time.pass(MINUTE);
    const late = startPod('pod-c', SETTLED);
    await world.time.pass(SECOND);
    expect(late.progress()).toMatchObject({ removed: 5, finishedAt: expect.any(String) });
  });

  test('does not touch a new tenant of the same name, by a pod that was stopped in the middle and comes back', async () => {
    await world.addPeople(900);
    const { promise: resumed, resolve: resume } = Promise.withResolvers<void>();
    let paused = false;
    startPod('pod-a', SETTLED, {
      async removeSome(...parameters) {
        if (paused) await resumed;
        paused = true;
        return world.store.removal.removeSome(...parameters);
      },
    });
    await world.time.pass(SECOND);
    const second = startPod('pod-b', SETTLED);
    await world.time.pass(MINUTE);
    expect(second.progress()).toMatchObject({ finishedAt: expect.any(String) });
    second.directory.delete(TENANT);
    second.directory.set({ ...BEFORE, generation: 1 });
    const people = await world.addPeople(20);

    resume();
    await world.time.pass(15 * MINUTE);
    expect(await world.everyone()).toEqual(people);
    expect(second.progress()).toBeNull();
  });

  test('of a second tenant of that name begins anew', async () => {
    await world.addPeople(5);
    const pod = startPod('pod-a', SETTLED);
    await world.time.pass(MINUTE);
    pod.directory.delete(TENANT);
    pod.directory.set(BEFORE);
    await world.addPeople(3);
    pod.directory.set({ ...SETTLED, state: { kind: 'Deleting', id: 'uid-2', settled: true } });
    await world.time.pass(MINUTE);

    expect(pod.progress()).toMatchObject({ total: 3, removed: 3, finishedAt: expect.any(String) });
    expect(await world.everyone()).toEqual([]);
  });

  test('leaves off when the deletion is called off, and people who are left are served again', async () => {
    await world.addPeople(900);
    const pod = startPod('pod-a', SETTLED);
    await world.time.pass(5);
    pod.directory.set({ ...BEFORE, generation: 3 });
    const left = (await world.everyone()).length;
    await world.time.pass(15 * MINUTE);
    expect(left).toBeGreaterThan(0);
    expect(await world.everyone()).toHaveLength(left);
  });

  test('waits for a store that is away', async () => {
    await world.addPeople(150);
    let away = true;
    const pod = startPod('pod-a', SETTLED, {
      async removeSome(...parameters) {
        if (away) throw new StoreUnavailableError('removeSome', new Error('away'));
        return world.store.removal.removeSome(...parameters);
      },
    });
    await world.time.pass(5 * MINUTE);
    expect(pod.progress()).toMatchObject({ removed: 0 });
    away = false;
    await world.time.pass(MINUTE);
    expect(pod.progress()).toMatchObject({ total: 150, removed: 150, finishedAt: expect.any(String) });
  });

  test('makes nobody anew, although their mapping is another by now', async () => {
    await world.addPeople(150);
    startPod('pod-a', { ...STOPPING, mapping: STOPPING.mapping.slice(0, 1) });
    await world.time.pass(MINUTE);
    expect(world.counted.reprojected).toBe(0);
  });
});
