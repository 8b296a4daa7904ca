import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DeactivationGuard, TenantConfig } from '#common/tenant-config.ts';
import type { Wave } from '#scim-service/domain/deactivation-wave.ts';
import { compileTenantModel, type TenantModel } from '#scim-service/domain/tenant-model.ts';
import type { ProvisioningParts } from '#scim-service/provisioning/provisioning-parts.ts';
import { createUserProvisioning, type UserProvisioning } from '#scim-service/provisioning/user-provisioning.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';
import { InterleavingStore } from '#test/support/interleaving-store.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
const OFF = { Operations: [{ op: 'replace', path: 'active', value: false }] };
const ON = { Operations: [{ op: 'replace', path: 'active', value: true }] };

let store: InterleavingStore;
let now: number;
let ids: number;
let waves: Wave[];
let users: UserProvisioning;

function guarded(guard: Partial<DeactivationGuard> = {}, overrides: Partial<TenantConfig> = {}): TenantModel {
  return compileTenantModel(
    aTenantConfig({
      mapping: [aRule('userName', 'login'), aRule('active', 'active')],
      deactivationGuard: { limit: { kind: 'Count', count: 2 }, windowSeconds: 600, refuses: true, ...guard },
      ...overrides,
    }),
  );
}

const model = guarded();

function provisioningOver(over: ProvisioningParts['store']): UserProvisioning {
  return createUserProvisioning({
    store: over,
    clock: () => now,
    newId: () => `id-${(ids += 1)}`,
    onIgnored: () => undefined,
    onWave: (_, wave) => waves.push(wave),
  });
}

async function createMany(count: number): Promise<string[]> {
  const created: string[] = [];
  for (let at = 0; at < count; at += 1) created.push((await users.create(model, { userName: `user-${ids}` })).user.id);
  return created;
}

const WAYS: Readonly<Record<string, (tenant: TenantModel, id: string) => Promise<unknown>>> = {
  PATCH: (tenant, id) => users.patch(tenant, id, OFF, null),
  PUT: (tenant, id) => users.replace(tenant, id, { userName: id, active: 'False' }, null),
  DELETE: (tenant, id) => users.delete(tenant, id, null),
};

async function counted(): Promise<number> {
  const stored = await store.deactivations.read(model.key);
  return (stored?.counts.buckets ?? []).reduce((sum, { count }) => sum + count, 0);
}

async function statusOf(write: Promise<unknown>): Promise<number> {
  return write.then(
    () => 200,
    (error: { status?: number }) => error.status ?? 0,
  );
}

beforeEach(() => {
  store = new InterleavingStore();
  now = START;
  ids = 0;
  waves = [];
  users = provisioningOver(store);
});

afterEach(() => store[Symbol.dispose]());

describe('a deactivation beyond the limit', () => {
  test.each(Object.entries(WAYS))('by %s is refused before anything is changed, and told', async (_, deactivate) => {
    const [a, b, c] = (await createMany(5)) as [string, string, string];
    await deactivate(model, a);
    await deactivate(model, b);
    const before = store.contents();
    await expect(deactivate(model, c)).rejects.toMatchObject({
      status: 503,
      scimType: null,
      reason: 'DeactivationWave',
      summary: 'with this one, 3 of 5 people would be deactivated within 10m, but at most 2 are let through',
      message: expect.stringMatching(
        /^with this one, 3 of 5 people would be deactivated within 10m, but at most 2 are let through, .* the tenant is switched off\. .*spec\.enabled: true.*users\.maxDeactivations$/,
      ),
    });
    expect(waves).toEqual([{ deactivations: 3, limit: 2, people: 5 }]);
    expect(store.contents()).toEqual(before);
  });

  test('by DELETE of a tenant that removes people is refused too', async () => {
    const removing = guarded({}, { users: { onDelete: 'Remove', retentionSeconds: 0 } });
    const all = await createMany(3);
    const statuses: number[] = [];
    for (const id of all) statuses.push(await statusOf(users.delete(removing, id, null)));
    expect(statuses).toEqual([200, 200, 503]);
    expect(store.everyone(model.key)).toHaveLength(1);
  });

  test('is told and done where the tenant is only notified', async () => {
    const notified = guarded({ refuses: false });
    for (const id of await createMany(4)) await users.patch(notified, id, OFF, null);
    expect(waves).toEqual([3, 4].map((deactivations) => ({ deactivations, limit: 2, people: 4 })));
    expect(store.everyone(model.key).every(({ resource }) => !resource.active)).toBe(true);
    expect(await counted()).toBe(4);
  });

  test('goes on being refused until the window has passed, or a new epoch began', async () => {
    const [a, b, c, d] = (await createMany(4)) as [string, string, string, string];
    await users.patch(model, a, OFF, null);
    await users.patch(model, b, OFF, null);
    now += 599_000;
    expect(await statusOf(users.patch(model, c, OFF, null))).toBe(503);
    await users.patch(guarded({}, { breakerEpoch: 1 }), c, OFF, null);
    expect(await counted()).toBe(1);
    now += 700_000;
    await users.patch(model, d, OFF, null);
    expect(await counted()).toBe(1);
  });

  test('by a percentage counts those too who came since the window began', async () => {
    const tenant = guarded({ limit: { kind: 'Percent', percent: 50 } });
    const [first] = (await createMany(1)) as [string];
    await users.delete(tenant, first, null);
    const all = await createMany(60);
    now += 30_000;
    const statuses: number[] = [];
    for (const id of all) statuses.push(await statusOf(users.delete(tenant, id, null)));
    expect(statuses.filter((status) => status === 200)).toHaveLength(29);
    expect(waves[0]).toEqual({ deactivations: 31, limit: 30, people: 60 });
  });

  test('by a percentage is one of the people whom the tenant had when the window began', async () => {
    const tenant = guarded({ limit: { kind: 'Percent', percent: 50 } });
    const all = await createMany(44);
    const statuses: number[] = [];
    for (const id of all) statuses.push(await statusOf(users.delete(tenant, id, null)));
    expect(statuses.filter((status) => status === 200)).toHaveLength(22);
    expect(waves[0]).toEqual({ deactivations: 23, limit: 22, people: 44 });
  });
});

describe('what counts', () => {
  test.each<{ name: string; write: (id: string) => Promise<unknown>; active?: boolean; count: number }>([
    { name: 'a PATCH that switches somebody off', write: (id) => users.patch(model, id, OFF, null), count: 1 },
    { name: 'a DELETE of somebody active', write: (id) => users.delete(model, id, null), count: 1 },
    { name: 'not a DELETE of somebody inactive', write: (id) => users.delete(model, id, null), active: false, count: 0 },
    { name: 'not who is inactive already', write: (id) => users.patch(model, id, OFF, null), active: false, count: 0 },
    { name: 'not who is switched on', write: (id) => users.patch(model, id, ON, null), active: false, count: 0 },
    {
      name: 'not another change of somebody inactive',
      write: (id) => users.replace(model, id, { userName: 'renamed', active: false }, null),
      active: false,
      count: 0,
    },
    { name: 'not a PUT that says nothing of active', write: (id) => users.replace(model, id, { userName: 'renamed' }, null), count: 0 },
    { name: 'not a creation', write: () => users.create(model, { userName: 'off', active: false }), count: 0 },
    { name: 'not a stale If-Match', write: (id) => users.patch(model, id, OFF, 'W/"9"').catch(() => null), count: 0 },
    {
      name: 'not a request that is refused for its values',
      write: (id) => users.replace(model, id, { active: false }, null).catch(() => null),
      count: 0,
    },
  ])('is $name', async ({ write, active = true, count }) => {
    const { user } = await users.create(model, { userName: 'ada', active });
    await write(user.id);
    expect(await counted()).toBe(count);
  });

  test('is a request once, however often its write is tried', async () => {
    const [id] = (await createMany(1)) as [string];
    let losses = 5;
    const people: InterleavingStore['users'] = {
      ...store.users,
      replace: async (...parameters) => (losses -= 1) < 0 && store.users.replace(...parameters),
      retire: async (...parameters) => (losses -= 1) < 0 && store.users.retire(...parameters),
    };
    const losing = provisioningOver(store.with({ users: people }));
    await losing.patch(model, id, OFF, null);
    expect(await counted()).toBe(1);
    losses = 5;
    await users.patch(model, id, ON, null);
    await losing.delete(model, id, null);
    expect(await counted()).toBe(2);
  });

  test('is nothing in a tenant without a guard', async () => {
    const free = compileTenantModel(aTenantConfig({ mapping: [aRule('userName', 'login')] }));
    const deactivations = { read: () => Promise.reject(new Error('read')), write: () => Promise.reject(new Error('written')) };
    const [id] = (await createMany(1)) as [string];
    await provisioningOver(store.with({ deactivations })).delete(free, id, null);
    expect(store.everyone(model.key)[0]?.deletedAt).not.toBeNull();
  });

  test('is each of many parallel requests, and no more than the limit are done', async () => {
    const tenant = guarded({ limit: { kind: 'Count', count: 12 } });
    const all = await createMany(30);
    const statuses = await Promise.all(
      all.map((id, at) => statusOf(at % 2 ? users.delete(tenant, id, null) : users.patch(tenant, id, OFF, null))),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(12);
    expect(statuses.filter((status) => status === 503)).toHaveLength(18);
    expect(store.everyone(model.key).filter(({ resource }) => !resource.active)).toHaveLength(12);
    expect(await counted()).toBe(12);
  });
});
