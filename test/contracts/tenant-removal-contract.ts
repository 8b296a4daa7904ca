import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TenantKey } from '#common/tenant-key.ts';
import { matchKey } from '#scim-service/domain/match-keys.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import type { RemovalKey, RemovalRecord } from '#scim-service/provisioning/tenant-removal.ts';
import { aStoredGroup } from '#test/support/a-group.ts';
import { aStoredUser } from '#test/support/a-user.ts';
import type { OpenedStore } from './user-store-contract.ts';

const START = new Date('2026-11-24T11:00:00.000Z');
const END = new Date('2026-11-24T11:01:00.000Z');

/** What the `removal` of every store promises. Each test works in tenants of its own, so one store serves them all. */
export function describeTenantRemoval(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a store that a tenant is removed from`, () => {
    let opened: OpenedStore;
    let store: ScimStore;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });

    afterAll(() => opened.close());

    /** Three people, one of them retired, in two groups with five memberships: ten records; and what else a tenant leaves. */
    async function fill(tenant: TenantKey): Promise<void> {
      const people = ['ann', 'bob', 'cid'].map((login) =>
        aStoredUser({ tenant, resource: { userName: login, emails: [{ value: `${login}@acme.example` }] }, person: { login } }),
      );
      const [ann, bob, cid] = people.map(({ id }) => ({ id, type: 'User' as const }));
      for (const person of people) await store.users.insert(person);
      const inner = aStoredGroup({ tenant });
      await store.groups.insert(inner, [ann!, bob!]);
      await store.groups.insert(aStoredGroup({ tenant }), [bob!, cid!, { id: inner.id, type: 'Group' }]);
      const retired = people[2]!;
      expect(await store.users.retire({ ...retired, version: 2, deletedAt: START, lastModified: START }, 1)).toBe(true);
      await store.deactivations.write(tenant, { epoch: 0, people: 3, buckets: [{ start: 0, count: 1 }] }, null);
      expect(await store.existing.put(tenant, { id: `${tenant} p-1`, person: { login: 'dan' } })).toBe('created');
    }

    /** What is there of a tenant. */
    async function contents(tenant: TenantKey) {
      const groups = (await store.groups.find(tenant, { by: 'all' }, { offset: 0, limit: 100 })).groups;
      return {
        people: await store.users.count(tenant),
        outdated: await store.upkeep.countOutdated(tenant, 'none'),
        retired: (await store.upkeep.findRetiredBefore(tenant, new Date('2100-01-01T00:00:00Z'), 100)).length,
        byRecord: (await store.existing.findByKey(tenant, matchKey('login', 'cid')!, 10)).map(({ kind }) => kind),
        unlinked: (await store.existing.findByKey(tenant, matchKey('login', 'dan')!, 10)).map(({ kind }) => kind),
        groups: await store.groups.count(tenant),
        members: (await Promise.all(groups.map(({ id }) => store.memberships.members(tenant, id, { after: null, limit: 100 })))).flat()
          .length,
        ledger: (await store.deactivations.read(tenant)) !== null,
      };
    }

    const FULL = { people: 2, outdated: 3, retired: 1, byRecord: ['retired'], unlinked: ['unlinked'], groups: 2, members: 4, ledger: true };
    const EMPTY = { people: 0, outdated: 0, retired: 0, byRecord: [], unlinked: ['unlinked'], groups: 0, members: 0, ledger: false };

    /** Steps until one removes nothing. @returns how many were removed after each */
    async function removeAll(removal: RemovalKey, limit: number): Promise<number[]> {
      const counts: number[] = [];
      for (;;) {
        const { removed } = (await store.removal.removeSome(removal, limit))!;
        if (removed === (counts.at(-1) ?? 0)) return counts;
        counts.push(removed);
      }
    }

    test('removes all that a directory brought, at most so many in a step, and leaves the product’s own and everybody else’s', async () => {
      const [removal, other] = [aRemoval(), aTenant()];
      await fill(removal.tenant);
      await fill(other);
      expect(await contents(removal.tenant)).toEqual(FULL);
      expect(await store.removal.begin(removal, START)).toEqual({ startedAt: START, total: 10, removed: 0, finishedAt: null });

      expect(await removeAll(removal, 4)).toEqual([4, 8, 10]);
      expect(await store.removal.finish(removal, END, [])).toEqual({ startedAt: START, total: 10, removed: 10, finishedAt: END });
      expect(await contents(removal.tenant)).toEqual(EMPTY);
      expect(await contents(other)).toEqual(FULL);
    });

    test('finds the removal that was begun, with its beginning and figures', async () => {
      const removal = aRemoval();
      await fill(removal.tenant);
      await store.removal.begin(removal, START);
      await store.removal.removeSome(removal, 3);
      expect(await store.removal.begin(removal, END)).toEqual({ startedAt: START, total: 10, removed: 3, finishedAt: null });
    });

    test('is begun by one of 10 who begin it at once', async () => {
      const removal = aRemoval();
      await fill(removal.tenant);
      const times = Array.from({ length: 10 }, (_, second) => new Date(START.getTime() + second * 1_000));
      const begun = await Promise.all(times.map((time) => store.removal.begin(removal, time)));
      expect(new Set(begun.map(({ startedAt }) => startedAt.getTime())).size).toBe(1);
    });

    test('removes nothing before it is begun, and nothing of another tenant than it was begun for', async () => {
      const removal = aRemoval();
      await fill(removal.tenant);
      expect(await store.removal.removeSome(removal, 100)).toBeNull();
      expect(await store.removal.finish(removal, END, [])).toBeNull();
      await store.removal.begin({ ...removal, tenant: aTenant() }, START);
      expect(await store.removal.removeSome(removal, 100)).toBeNull();
      expect(await contents(removal.tenant)).toEqual(FULL);
    });

    test('is not finished while something is left, and keeps the rest until then', async () => {
      const removal = aRemoval();
      await fill(removal.tenant);
      await store.removal.begin(removal, START);
      for (const limit of [3, 2, 4]) {
        await store.removal.removeSome(removal, limit);
        expect(await store.removal.finish(removal, END, [])).toBeNull();
      }
      expect(await contents(removal.tenant)).toMatchObject({ ledger: true });
      await store.removal.removeSome(removal, 1);
      expect(await store.removal.finish(removal, END, [])).toMatchObject({ removed: 10, finishedAt: END });
    });

    test('several pods at once remove each record once', async () => {
      const removal = aRemoval();
      await fill(removal.tenant);
      await store.removal.begin(removal, START);
      const records = await Promise.all(Array.from({ length: 5 }, () => store.removal.removeSome(removal, 2)));
      expect(new Set(records.map((record) => record?.removed))).toEqual(new Set([2, 4, 6, 8, 10]));
      expect(await store.removal.finish(removal, END, [])).toMatchObject({ removed: 10, finishedAt: END });
    });

    test('once it is finished, nobody who comes late removes a person of the next tenant of that name', async () => {
      const removal = aRemoval();
      await fill(removal.tenant);
      await store.removal.begin(removal, START);
      await removeAll(removal, 100);
      const finished = await store.removal.finish(removal, END, []);

      const person = aStoredUser({ tenant: removal.tenant });
      await store.users.insert(person);
      const late = new Date('2026-11-24T12:00:00.000Z');
      const answers: (RemovalRecord | null)[] = [
        await store.removal.begin(removal, late),
        await store.removal.removeSome(removal, 100),
        await store.removal.finish(removal, late, []),
      ];
      expect(answers).toEqual([finished, finished, finished]);
      expect(await store.users.findById(removal.tenant, person.id)).toStrictEqual(person);

      const next = { ...removal, id: randomUUID() };
      expect(await store.removal.begin(next, late)).toEqual({ startedAt: late, total: 1, removed: 0, finishedAt: null });
      expect(await removeAll(next, 100)).toEqual([1]);
    });

    test('a step that is on its way while the removal ends removes nothing of what comes then', async () => {
      const removal = aRemoval();
      await store.removal.begin(removal, START);
      const person = aStoredUser({ tenant: removal.tenant });
      const [, step] = await Promise.all([
        store.removal.finish(removal, END, []).then(() => store.users.insert(person)),
        store.removal.removeSome(removal, 100),
      ]);
      expect(step).toMatchObject({ removed: 0 });
      expect(await store.users.findById(removal.tenant, person.id)).toStrictEqual(person);
    });

    test('drops the leases that it is told, so that a new tenant’s jobs begin at once', async () => {
      const removal = aRemoval();
      const [gone, kept] = [`reproject ${removal.tenant}`, `reproject ${removal.tenant}-2`];
      const times = { now: START, until: new Date(START.getTime() + 60_000), forgetBefore: new Date(0) };
      for (const lease of [gone, kept]) await store.leases.take({ name: lease, holder: 'old', rank: 9, ...times });
      await store.removal.begin(removal, START);
      await store.removal.finish(removal, END, [gone]);
      expect(await store.leases.take({ name: gone, holder: 'new', rank: 1, ...times })).toBe(true);
      expect(await store.leases.take({ name: kept, holder: 'new', rank: 1, ...times })).toBe(false);
    });

    test('of a tenant that nobody was ever brought to is over at once', async () => {
      const removal = aRemoval();
      expect(await store.removal.begin(removal, START)).toEqual({ startedAt: START, total: 0, removed: 0, finishedAt: null });
      expect(await removeAll(removal, 100)).toEqual([]);
      expect(await store.removal.finish(removal, END, [])).toEqual({ startedAt: START, total: 0, removed: 0, finishedAt: END });
    });

    test('leaves a tenant that takes people again: the name, the addresses and the group’s name are free', async () => {
      const removal = aRemoval();
      await fill(removal.tenant);
      await store.removal.begin(removal, START);
      await removeAll(removal, 100);
      await store.removal.finish(removal, END, []);
      await store.existing.adopt(aStoredUser({ tenant: removal.tenant, id: `${removal.tenant} p-1` }), { login: 'dan' });
      const ann = aStoredUser({ tenant: removal.tenant, resource: { userName: 'ANN' } });
      await store.users.insert(ann);
      await store.groups.insert(aStoredGroup({ tenant: removal.tenant }), [{ id: ann.id, type: 'User' }]);
      expect(await contents(removal.tenant)).toMatchObject({ people: 2, retired: 0, groups: 1, members: 1, unlinked: [] });
    });
  });
}

function aTenant(): TenantKey {
  return `team-hr/t-${randomUUID()}`;
}

function aRemoval(): RemovalKey {
  return { tenant: aTenant(), id: randomUUID() };
}
