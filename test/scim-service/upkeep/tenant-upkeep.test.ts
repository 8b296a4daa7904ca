import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { projectionRevision, type TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import type { TenantDirectory } from '#scim-service/tenancy/tenant-directory.ts';
import { createTenantUpkeep } from '#scim-service/upkeep/tenant-upkeep.ts';
import { AFTER, BEFORE, UpkeepWorld } from '#test/support/upkeep-world.ts';

const TENANT = 'team-hr/acme';
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let world: UpkeepWorld;
let stop: AbortController;

beforeEach(() => {
  world = new UpkeepWorld();
  stop = new AbortController();
});

afterEach(() => world[Symbol.dispose]());

interface Pod {
  readonly directory: TenantDirectory;
  readonly ended: Promise<void>;
}

/** A pod that serves these configs and works; delays are as long as they are named. */
function startPod(configs: readonly TenantConfig[], parts = world.pod()): Pod {
  const directory = world.directory();
  const ended = createTenantUpkeep({ ...parts, directory, random: () => 0.5 }).run(stop.signal);
  for (const config of configs) directory.set(config);
  return { directory, ended };
}

async function projections(tenant: TenantKey = TENANT): Promise<string[]> {
  return [...new Set((await world.everyone(tenant)).map(({ projection }) => projection))];
}

/** Keeps what the store was asked, in the order of asking. */
function counting() {
  const asked: string[] = [];
  const { upkeep } = world.store;
  const parts = world.podWith({
    findOutdated(...parameters) {
      asked.push(`outdated ${parameters[0]}`);
      return upkeep.findOutdated(...parameters);
    },
    findRetiredBefore(...parameters) {
      asked.push(`retired ${parameters[0]}`);
      return upkeep.findRetiredBefore(...parameters);
    },
  });
  return { asked, parts };
}

describe('createTenantUpkeep', () => {
  test('brings people to a mapping that changed while no pod ran', async () => {
    await world.addPeople(30);
    const { directory } = startPod([AFTER]);
    await world.time.pass(SECOND);

    expect(await projections()).toEqual([directory.find(TENANT)!.model.projection]);
    expect(directory.find(TENANT)!.upkeep.reprojection).toMatchObject({ total: 30, done: 30 });
  });

  test('brings people to a mapping that changes', async () => {
    await world.addPeople(30);
    const { directory } = startPod([BEFORE]);
    await world.time.pass(SECOND);
    expect(world.counted.reprojected).toBe(0);

    directory.set(AFTER);
    await world.time.pass(SECOND);
    expect(await projections()).toEqual([directory.find(TENANT)!.model.projection]);
  });

  test.each<{ name: string; state: TenantConfig['state'] }>([
    { name: 'disabled', state: { kind: 'Disabled' } },
    { name: 'tripped', state: { kind: 'Tripped', openedAt: '2026-11-24T09:00:00Z', reason: 'FailureRatio' } },
  ])('brings people of a tenant that is $name to its mapping too', async ({ state }) => {
    await world.addPeople(3);
    const { directory } = startPod([{ ...AFTER, state }]);
    await world.time.pass(SECOND);

    expect(await projections()).toEqual([directory.find(TENANT)!.model.projection]);
  });

  test('asks nothing when something else than the mapping changes', async () => {
    const { asked, parts } = counting();
    const { directory } = startPod([BEFORE], parts);
    await world.time.pass(SECOND);
    expect(asked).toEqual([`outdated ${TENANT}`, `retired ${TENANT}`]);

    directory.set({ ...BEFORE, generation: 2, displayName: 'New name' });
    await world.time.pass(5 * MINUTE);
    expect(asked).toHaveLength(2);
  });

  test('looks at once when deleted people are to be kept for a shorter time', async () => {
    const { asked, parts } = counting();
    const { directory } = startPod([BEFORE], parts);
    await world.time.pass(SECOND);
    directory.set({ ...BEFORE, generation: 2, users: { ...BEFORE.users, retentionSeconds: 0 } });
    await world.time.pass(SECOND);
    expect(asked.slice(2)).toEqual([`outdated ${TENANT}`, `retired ${TENANT}`]);
  });

  test('looks again soon for what pods wrote that heard of the mapping late, and then at each tick', async () => {
    await world.addPeople(3);
    const { directory } = startPod([BEFORE]);
    await world.time.pass(SECOND);
    directory.set(AFTER);
    const { upkeep, model } = directory.find(TENANT)!;
    for (const [wait, done] of [
      [5 * SECOND, 3],
      [10 * SECOND, 4],
      [11 * SECOND, 5],
      [61 * SECOND, 6],
      [10 * MINUTE, 7],
    ] as const) {
      await world.time.pass(wait);
      expect({ after: wait, projections: await projections() }).toEqual({ after: wait, projections: [model.projection] });
      expect(upkeep.reprojection).toMatchObject({ total: done, done });
      expect(upkeep.reprojection?.finishedAt).not.toBeNull();
      await world.addPeople(1);
    }
  });

  test('drops a mapping that is replaced before everybody was brought to it, and takes the newer one', async () => {
    await world.addPeople(60);
    const newest: TenantConfig = { ...AFTER, generation: 3, mapping: AFTER.mapping.slice(0, 1) };
    let refreshes = 0;
    const parts = world.podWith({
      async refresh(users) {
        if (refreshes++ === 0) directory.set(newest);
        return world.store.upkeep.refresh(users);
      },
    });
    const { directory } = startPod([AFTER], parts);
    await world.time.pass(SECOND);

    expect(await projections()).toEqual([directory.find(TENANT)!.model.projection]);
    expect(world.counted.reprojected).toBe(25 + 60);
    expect(directory.find(TENANT)!.upkeep.reprojection).toMatchObject({ total: 60, done: 60 });
  });

  test('goes on with its figures when something else of the config changes in the middle', async () => {
    await world.addPeople(60);
    let refreshes = 0;
    const parts = world.podWith({
      async refresh(users) {
        if (refreshes++ === 0) directory.set({ ...AFTER, generation: 3, displayName: 'New name' });
        return world.store.upkeep.refresh(users);
      },
    });
    const { directory } = startPod([AFTER], parts);
    await world.time.pass(SECOND);

    expect(world.counted.reprojected).toBe(60);
    expect(directory.find(TENANT)!.upkeep.reprojection).toMatchObject({ total: 60, done: 60 });
  });

  test('stops at once when the tenant goes', async () => {
    await world.addPeople(60);
    const parts = world.podWith({
      async refresh(users) {
        directory.delete(TENANT);
        return world.store.upkeep.refresh(users);
      },
    });
    const { directory } = startPod([AFTER], parts);
    await world.time.pass(20 * MINUTE);

    expect(world.counted.reprojected).toBe(25);
  });

  test('removes retired people at the first look after their retention, and none of a tripped tenant', async () => {
    const people = await world.addPeople(2);
    for (const person of people) await world.retire(person);
    const keeping: TenantConfig = { ...BEFORE, users: { onDelete: 'Deactivate', retentionSeconds: 5 * 60 } };
    const { directory } = startPod([{ ...keeping, state: { kind: 'Tripped', openedAt: '2026-11-24T09:00:00Z', reason: 'FailureRatio' } }]);
    await world.time.pass(25 * MINUTE);
    expect(world.counted.removed).toBe(0);

    directory.set(keeping);
    await world.time.pass(6 * MINUTE);
    expect(world.counted.removed).toBe(2);
    expect(await world.everyone()).toEqual([]);
  });

  test('takes over within a minute when the pod that had begun is gone', async () => {
    await world.addPeople(60);
    const gone = new AbortController();
    const parts = world.podWith({
      async refresh(users) {
        gone.abort();
        return world.store.upkeep.refresh(users);
      },
    });
    const first = world.directory();
    first.set(AFTER);
    const firstEnds = createTenantUpkeep({ ...parts, directory: first }).run(gone.signal);
    await world.time.pass(SECOND);
    await firstEnds;
    expect(world.counted.reprojected).toBe(25);

    startPod([AFTER], world.pod('pod-b'));
    await world.time.pass(MINUTE);
    expect(world.counted.reprojected).toBe(60);
  });

  test('two pods that start at once do each person once', async () => {
    await world.addPeople(100);
    startPod([AFTER], world.pod('pod-a'));
    startPod([AFTER], world.pod('pod-b'));
    await world.time.pass(2 * MINUTE);

    expect(await projections()).toHaveLength(1);
    expect(world.counted.reprojected).toBe(100);
  });

  test('asks for many tenants in the order in which they came, at most four at a time and never in a rush', async () => {
    const tenants = Array.from({ length: 50 }, (_, number) => ({ ...BEFORE, name: `tenant-${number}` }));
    let asking = 0;
    const most: number[] = [];
    const parts = world.podWith({
      async findOutdated(...parameters) {
        most.push(++asking);
        try {
          return await world.store.upkeep.findOutdated(...parameters);
        } finally {
          asking -= 1;
        }
      },
    });
    startPod(tenants, parts);
    await world.time.pass(4);
    expect(most).toHaveLength(4);
    await world.time.pass(6);
    expect(most).toHaveLength(12);
    await world.time.pass(SECOND);

    expect(most).toHaveLength(50);
    expect(Math.max(...most)).toBe(4);
  });

  test('works for two tenants at a time', async () => {
    for (let number = 0; number < 5; number++) await world.addPeople(30, { ...BEFORE, name: `tenant-${number}` });
    const tenants = Array.from({ length: 5 }, (_, number) => ({ ...AFTER, name: `tenant-${number}` }));
    const begun = new Set<string>();
    let done = 0;
    let most = 0;
    const parts = world.podWith({
      async refresh(users) {
        begun.add(users[0]!.tenant);
        most = Math.max(most, begun.size - Math.floor(done / 30));
        done += users.length;
        return world.store.upkeep.refresh(users);
      },
    });
    startPod(tenants, parts);
    await world.time.pass(MINUTE);

    expect({ most, done }).toEqual({ most: 2, done: 150 });
  });

  test('waits for a store that is away, and then does all that is to be done', async () => {
    await world.addPeople(30);
    const person = (await world.addPeople(1, { ...BEFORE, name: 'other' }))[0]!;
    await world.retire(person, { ...BEFORE, name: 'other' });
    const { upkeep } = world.store;
    let away = true;
    const unlessAway = <T>(operation: () => Promise<T>): Promise<T> =>
      away ? Promise.reject(new StoreUnavailableError('anything', new Error('away'))) : operation();
    const parts = world.podWith({
      findOutdated: (...parameters) => unlessAway(() => upkeep.findOutdated(...parameters)),
      findRetiredBefore: (...parameters) => unlessAway(() => upkeep.findRetiredBefore(...parameters)),
    });
    startPod([AFTER, { ...BEFORE, name: 'other', users: { onDelete: 'Deactivate', retentionSeconds: 0 } }], parts);
    await world.time.pass(5 * MINUTE);
    expect(world.counted).toEqual({ reprojected: 0, removed: 0, deleted: 0 });

    away = false;
    await world.time.pass(30 * SECOND);
    expect(world.counted).toEqual({ reprojected: 30, removed: 1, deleted: 0 });
  });

  test('a pod that finds nobody left says so, since the one that did them may be gone', async () => {
    const { directory } = startPod([AFTER]);
    await world.time.pass(SECOND);
    expect(directory.find(TENANT)?.upkeep.reprojection).toMatchObject({
      projection: projectionRevision(AFTER),
      finishedAt: expect.any(String),
      total: 0,
    });
  });

  test('a store that goes away in the middle holds nothing up for good', async () => {
    await world.addPeople(60);
    const { upkeep } = world.store;
    const start = world.time.now();
    const parts = world.podWith({
      refresh: (users) =>
        world.counted.reprojected > 0 && world.time.now() < start + 3 * MINUTE
          ? Promise.reject(new StoreUnavailableError('refresh', new Error('away')))
          : upkeep.refresh(users),
    });
    startPod([AFTER], parts);
    await world.time.pass(2 * MINUTE);
    expect(world.counted.reprojected).toBe(25);
    await world.time.pass(2 * MINUTE);
    expect(world.counted.reprojected).toBe(60);
  });

  test('a fault of one tenant is told, keeps no other tenant waiting, and is tried again', async () => {
    await world.addPeople(3);
    await world.addPeople(3, { ...BEFORE, name: 'other' });
    let faults = 0;
    const parts = world.podWith({
      async refresh(users) {
        if (users[0]!.tenant === TENANT && faults++ === 0) throw new TypeError('bug');
        return world.store.upkeep.refresh(users);
      },
    });
    startPod([AFTER, { ...AFTER, name: 'other' }], parts);
    await world.time.pass(SECOND);
    expect([await projections(), await projections('team-hr/other')]).toEqual([[expect.any(String)], [expect.any(String)]]);
    expect(world.counted.reprojected).toBe(3);
    expect(world.log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', tenant: TENANT, msg: 'work behind the requests failed' }),
    );

    await world.time.pass(11 * MINUTE);
    expect(world.counted.reprojected).toBe(6);
  });

  test('ends when it is told to, once nothing runs any more, and hears of nothing after', async () => {
    await world.addPeople(60);
    const answer = Promise.withResolvers<number>();
    const parts = world.podWith({ refresh: () => answer.promise });
    const { directory, ended } = startPod([AFTER], parts);
    await world.time.pass(SECOND);
    let isOver = false;
    void ended.then(() => (isOver = true));
    stop.abort();
    await world.time.pass(SECOND);
    expect(isOver).toBe(false);

    answer.resolve(25);
    await world.time.pass(0);
    expect(isOver).toBe(true);
    directory.set({ ...BEFORE, generation: 3 });
    await world.time.pass(20 * MINUTE);
    expect(world.counted.reprojected).toBe(25);
  });
});
