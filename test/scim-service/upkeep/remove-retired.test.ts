import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { TenantConfig } from '#common/tenant-config.ts';
import { revivedUser } from '#scim-service/domain/next-user.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { removeRetired, type RetentionParts } from '#scim-service/upkeep/remove-retired.ts';
import { aStoredGroup } from '#test/support/a-group.ts';
import { BEFORE, UpkeepWorld } from '#test/support/upkeep-world.ts';

const TENANT = 'team-hr/acme';
const HOUR = 60 * 60_000;

let world: UpkeepWorld;
let stop: AbortController;

beforeEach(() => {
  world = new UpkeepWorld();
  stop = new AbortController();
});

afterEach(() => world[Symbol.dispose]());

function remove(config: TenantConfig, parts: RetentionParts = world.pod()): Promise<string> {
  return world.finish(removeRetired(parts, world.served(config), stop.signal));
}

function keeping(retentionSeconds: number, overrides: Partial<TenantConfig> = {}): TenantConfig {
  return { ...BEFORE, users: { onDelete: 'Deactivate', retentionSeconds }, ...overrides };
}

async function idsLeft(): Promise<string[]> {
  return (await world.everyone()).map(({ id }) => id);
}

describe('removeRetired', () => {
  test('removes for good who was deleted longer ago than the retention, and no one else', async () => {
    const people = await world.addPeople(30);
    for (const person of people.slice(0, 25)) await world.retire(person);
    await world.time.pass(60_000);
    await world.retire(people[25]!);
    await world.time.pass(HOUR - 30_000);

    expect(await remove(keeping(3_600))).toBe('ended');
    expect(await idsLeft()).toEqual(people.slice(25).map(({ id }) => id));
    expect(world.counted.removed).toBe(25);
    expect(world.log.lines).toMatchObject([{ level: 'info', tenant: TENANT, removed: 25, retentionSeconds: 3_600 }]);
  });

  test('takes them out of their groups', async () => {
    const [person] = await world.addPeople(1);
    const group = aStoredGroup({ tenant: TENANT });
    await world.store.groups.insert(group, [{ id: person!.id, type: 'User' }]);
    const retired = await world.retire(person!);
    await world.time.pass(1_000);
    await remove(keeping(0));
    // Somebody of the same id would be a member again if the membership were there.
    await world.store.users.insert({ ...retired, deletedAt: null });

    expect(await world.store.memberships.members(TENANT, group.id, { after: null, limit: 10 })).toEqual([]);
  });

  test('with a retention of nothing removes who was deleted a moment ago', async () => {
    const [person] = await world.addPeople(1);
    await world.retire(person!);
    await world.time.pass(1);
    await remove(keeping(0));

    expect(await idsLeft()).toEqual([]);
  });

  test('with a retention longer than time removes nobody', async () => {
    const [person] = await world.addPeople(1);
    await world.retire(person!);
    await world.time.pass(HOUR);
    await remove(keeping(Number.MAX_VALUE));

    expect(await idsLeft()).toEqual([person!.id]);
  });

  test.each<{ name: string; state: TenantConfig['state'] }>([
    { name: 'disabled', state: { kind: 'Disabled' } },
    { name: 'tripped', state: { kind: 'Tripped', openedAt: '2026-11-24T09:00:00Z', reason: 'DeactivationWave' } },
  ])('a tenant that is $name keeps its people, who may have been deleted by mistake', async ({ state }) => {
    const [person] = await world.addPeople(1);
    await world.retire(person!);
    await world.time.pass(HOUR);

    expect(await remove(keeping(0, { state }))).toBe('ended');
    expect(await idsLeft()).toEqual([person!.id]);
    await remove(keeping(0));
    expect(await idsLeft()).toEqual([]);
  });

  test('keeps whom the directory brings back meanwhile', async () => {
    const people = await world.addPeople(3);
    for (const person of people) await world.retire(person);
    await world.time.pass(HOUR);
    const parts = world.podWith({
      async findRetiredBefore(...parameters) {
        const found = await world.store.upkeep.findRetiredBefore(...parameters);
        const back = found.find(({ id }) => id === people[1]!.id);
        if (back) {
          const revived = revivedUser(compileTenantModel(BEFORE), back, { ...back.resource, active: true }, new Date(world.time.now()));
          await world.store.users.revive(revived, back.version);
        }
        return found;
      },
    });
    await remove(keeping(0), parts);

    expect(await idsLeft()).toEqual([people[1]!.id]);
    expect(await world.store.users.findById(TENANT, people[1]!.id)).toMatchObject({ version: 3, deletedAt: null });
    expect(world.counted.removed).toBe(2);
  });

  test('two pods at once remove each person once between them', async () => {
    for (const person of await world.addPeople(30)) await world.retire(person);
    await world.time.pass(HOUR);
    await Promise.all([remove(keeping(0), world.pod('pod-a')), remove(keeping(0), world.pod('pod-b'))]);

    expect(await idsLeft()).toEqual([]);
    expect(world.counted.removed).toBe(30);
  });

  test('stops at once when told', async () => {
    for (const person of await world.addPeople(5)) await world.retire(person);
    await world.time.pass(HOUR);
    const parts = world.pod();
    const users = {
      ...parts.store.users,
      remove: async (...parameters: Parameters<typeof parts.store.users.remove>) => {
        stop.abort();
        return parts.store.users.remove(...parameters);
      },
    };

    expect(await remove(keeping(0), { ...parts, store: { ...parts.store, users, upkeep: world.store.upkeep } })).toBe('stopped');
    expect(await idsLeft()).toHaveLength(4);
    expect(world.log.lines).toMatchObject([{ removed: 1 }]);
  });
});
