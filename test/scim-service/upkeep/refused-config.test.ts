import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { TenantConfig } from '#common/tenant-config.ts';
import type { UserUpkeep } from '#scim-service/provisioning/user-upkeep.ts';
import type { TenantDirectory } from '#scim-service/tenancy/tenant-directory.ts';
import { createTenantUpkeep } from '#scim-service/upkeep/tenant-upkeep.ts';
import { AFTER, BEFORE, UpkeepWorld } from '#test/support/upkeep-world.ts';

const TENANT = 'team-hr/acme';
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const REFUSED = { revision: 'newest', reason: 'requires a feature that is not known here' };
const NOTHING = { reprojected: 0, removed: 0, deleted: 0 };
/** Between two steps of a job, and long before the next tick. */
const SOON = 5 * SECOND;
const KEPT_SHORTLY: TenantConfig = { ...BEFORE, users: { onDelete: 'Deactivate', retentionSeconds: 0 } };
const DELETING: TenantConfig = { ...BEFORE, state: { kind: 'Deleting', id: 'uid-1', settled: true } };

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

function startPod(config: TenantConfig, overrides: Partial<UserUpkeep> = {}): TenantDirectory {
  const directory = world.directory();
  void createTenantUpkeep({ ...world.podWith(overrides), directory, random: () => 0.5 }).run(stop.signal);
  directory.set(config);
  return directory;
}

describe('the work behind the requests, for a tenant whose newest config is refused', () => {
  test.each<{ what: string; config: TenantConfig; done: object }>([
    { what: 'brings nobody to the earlier mapping', config: AFTER, done: { ...NOTHING, reprojected: 30 } },
    { what: 'removes nobody by the earlier retention', config: KEPT_SHORTLY, done: { ...NOTHING, removed: 30 } },
    { what: 'removes nobody of an earlier deletion', config: DELETING, done: { ...NOTHING, deleted: 30 } },
  ])('$what, and does so soon after the refusal has ended', async ({ config, done }) => {
    const people = await world.addPeople(30);
    if (config === KEPT_SHORTLY) for (const person of people) await world.retire(person);
    await world.time.pass(SECOND);
    const directory = startPod(config);
    directory.refuse(TENANT, REFUSED);
    await world.time.pass(35 * MINUTE);
    expect(world.counted).toEqual(NOTHING);

    directory.set(config);
    await world.time.pass(10 * SECOND);
    expect(world.counted).toEqual(done);
  });

  test('goes on soon when another config than the refused one comes into force', async () => {
    await world.addPeople(3);
    const directory = startPod(AFTER);
    directory.refuse(TENANT, REFUSED);
    await world.time.pass(SOON);
    directory.set({ ...AFTER, generation: 3, displayName: 'New name' });
    await world.time.pass(SOON);

    expect(world.counted).toEqual({ ...NOTHING, reprojected: 3 });
  });

  test('stops in the middle, at the batch that is under way', async () => {
    await world.addPeople(60);
    const directory = startPod(AFTER, {
      refresh(users) {
        directory.refuse(TENANT, REFUSED);
        return world.store.upkeep.refresh(users);
      },
    });
    await world.time.pass(35 * MINUTE);
    expect(world.counted).toEqual({ ...NOTHING, reprojected: 25 });
  });

  test('goes on for the others', async () => {
    await world.addPeople(3);
    const other = { ...BEFORE, name: 'other' };
    await world.addPeople(4, other);
    const directory = startPod(AFTER);
    directory.set({ ...AFTER, name: 'other' });
    directory.refuse(TENANT, REFUSED);
    await world.time.pass(MINUTE);
    expect(world.counted).toEqual({ ...NOTHING, reprojected: 4 });
  });
});
