import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TenantKey } from '#common/tenant-key.ts';
import { matchKey } from '#scim-service/domain/match-keys.ts';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import type { UserLookup } from '#scim-service/domain/user-lookup.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { aStoredGroup } from '#test/support/a-group.ts';
import { aStoredUser, type StoredUserOverrides } from '#test/support/a-user.ts';
import type { OpenedStore } from './user-store-contract.ts';

const FIRST_PAGE = { offset: 0, limit: 100 };
const NOW = new Date('2026-11-24T11:00:00.000Z');

/** What the `upkeep` of every store promises. Each test works in a tenant of its own, so one store serves them all. */
export function describeUserUpkeep(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a store that is kept up`, () => {
    let opened: OpenedStore;
    let store: ScimStore;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });

    afterAll(() => opened.close());

    async function insert(overrides: StoredUserOverrides): Promise<StoredUser> {
      const user = aStoredUser(overrides);
      await store.users.insert(user);
      return user;
    }

    async function retire(user: StoredUser, deletedAt = NOW): Promise<StoredUser> {
      const retired = { ...user, version: user.version + 1, lastModified: deletedAt, deletedAt };
      expect(await store.users.retire(retired, user.version)).toBe(true);
      return retired;
    }

    async function revive(retired: StoredUser): Promise<StoredUser> {
      const user = { ...retired, version: retired.version + 1, deletedAt: null };
      expect(await store.users.revive(user, retired.version)).toBe(true);
      return user;
    }

    async function outdated(tenant: TenantKey, projection: string, limit = 100): Promise<StoredUser[]> {
      const found = await store.upkeep.findOutdated(tenant, projection, limit);
      return found.toSorted((left, right) => (left.id < right.id ? -1 : 1));
    }

    async function idsBy(tenant: TenantKey, lookup: UserLookup): Promise<string[]> {
      return (await store.users.find(tenant, lookup, FIRST_PAGE)).users.map(({ id }) => id);
    }

    async function foundByKey(tenant: TenantKey, target: string, value: string) {
      return store.existing.findByKey(tenant, matchKey(target, value)!, 10);
    }

    describe('people of another projection', () => {
      test('are found and counted, visible and retired, whatever theirs is', async () => {
        const tenant = aTenant();
        const people: StoredUser[] = [];
        for (const projection of ['', '0000000000000000', '7fffffffffffffff', 'ffffffffffffffff', 'g']) {
          people.push(await insert({ tenant, projection }));
          people.push(await retire(await insert({ tenant, projection })));
        }
        await insert({ tenant, projection: '8000000000000000' });
        await retire(await insert({ tenant, projection: '8000000000000000' }));
        expect(await outdated(tenant, '8000000000000000')).toStrictEqual(byId(people));
        expect(await store.upkeep.countOutdated(tenant, '8000000000000000')).toBe(10);
        expect(await store.upkeep.countOutdated(tenant, 'nobody has this')).toBe(12);
        expect(await store.upkeep.countOutdated(tenant, '')).toBe(10);
      });

      test('are none when everybody has this one, and none of a tenant without people', async () => {
        const tenant = aTenant();
        await insert({ tenant, projection: 'new' });
        for (const place of [tenant, aTenant()]) {
          expect(await outdated(place, 'new')).toEqual([]);
          expect(await store.upkeep.countOutdated(place, 'new')).toBe(0);
        }
      });

      test('are those of one tenant', async () => {
        const [ours, theirs] = [
          await insert({ tenant: aTenant(), projection: 'old' }),
          await insert({ tenant: aTenant(), projection: 'old' }),
        ];
        expect(await outdated(ours.tenant, 'new')).toStrictEqual([ours]);
        expect(await store.upkeep.countOutdated(theirs.tenant, 'new')).toBe(1);
      });

      test('are given at most as many at a time as were asked for, until everybody was brought to the new one', async () => {
        const tenant = aTenant();
        const people = [];
        for (let at = 0; at < 25; at += 1) people.push(await insert({ tenant, projection: at % 2 ? 'new +' : 'new -' }));
        for (const user of people.slice(0, 5)) await retire(user);
        const batches: number[] = [];
        for (;;) {
          const batch = await store.upkeep.findOutdated(tenant, 'new', 10);
          if (batch.length === 0) break;
          batches.push(batch.length);
          expect(await store.upkeep.refresh(batch.map((user) => ({ ...user, projection: 'new' })))).toBe(batch.length);
        }
        expect(batches).toEqual([10, 10, 5]);
        expect(await store.upkeep.countOutdated(tenant, 'new')).toBe(0);
        expect(await store.users.count(tenant)).toBe(20);
      });

      test('are those no longer whom a write of the directory brought to the new one, nor those who were removed', async () => {
        const tenant = aTenant();
        const [replaced, removed, left] = [await insert({ tenant }), await insert({ tenant }), await insert({ tenant })];
        expect(await store.users.replace({ ...replaced, version: 2, projection: 'new' }, 1)).toBe(true);
        expect(await store.users.remove(tenant, removed.id, 1, NOW)).toBe(true);
        expect(await outdated(tenant, 'new')).toStrictEqual([left]);
        expect(await store.upkeep.countOutdated(tenant, 'new')).toBe(1);
      });
    });

    describe('refresh', () => {
      test('writes people as they are now, under the version and the times that they had', async () => {
        const tenant = aTenant();
        const before = await insert({
          tenant,
          version: 7,
          createdAt: new Date('2025-01-01T00:00:00.001Z'),
          lastModified: new Date('2026-01-01T00:00:00.002Z'),
          resource: { userName: 'ann', externalId: 'x1', emails: [{ value: 'a@x' }, { value: 'b@x' }] },
        });
        const after: StoredUser = {
          ...before,
          resource: { userName: 'ann', active: false, externalId: 'x2', emails: [{ value: 'B@x' }, { value: 'c@x' }] },
          person: { 'a.b': { $c: 1 }, login: 'new' },
          defaults: { role: 'x' },
          own: { $plan: 'gold' },
          projection: 'new',
        };
        expect(await store.upkeep.refresh([after])).toBe(1);
        expect(await store.users.findById(tenant, before.id)).toStrictEqual(after);
        const lookups: [UserLookup, boolean][] = [
          [{ by: 'all' }, true],
          [{ by: 'userName', value: 'ANN' }, true],
          [{ by: 'externalId', value: 'x1' }, false],
          [{ by: 'externalId', value: 'x2' }, true],
          [{ by: 'email', value: 'a@x' }, false],
          [{ by: 'email', value: 'b@x' }, true],
          [{ by: 'email', value: 'C@x' }, true],
        ];
        for (const [lookup, found] of lookups) expect(await idsBy(tenant, lookup)).toEqual(found ? [before.id] : []);
        expect(await store.users.count(tenant)).toBe(1);
        expect(await store.users.replace({ ...after, version: 8 }, 7)).toBe(true);
      });

      test('drops what people are found by when the mapping takes it no longer', async () => {
        const tenant = aTenant();
        const before = await insert({ tenant, resource: { externalId: 'x1', emails: [{ value: 'a@x' }] } });
        const { userName } = before.resource;
        expect(await store.upkeep.refresh([{ ...before, resource: { userName, active: true } }])).toBe(1);
        expect(await idsBy(tenant, { by: 'externalId', value: 'x1' })).toEqual([]);
        expect(await idsBy(tenant, { by: 'email', value: 'a@x' })).toEqual([]);
      });

      test('of nobody writes nobody', async () => {
        expect(await store.upkeep.refresh([])).toBe(0);
      });

      test('leaves alone who was changed, retired, revived or removed meanwhile, and writes the rest', async () => {
        const tenant = aTenant();
        const first = await insert({ tenant });
        const replaced = await insert({ tenant });
        const retired = await insert({ tenant });
        const revived = await retire(await insert({ tenant }));
        const removed = await insert({ tenant });
        const last = await retire(await insert({ tenant }));
        const refreshed = [first, replaced, retired, revived, removed, last].map((user) => ({ ...user, projection: 'new' }));
        const others = [{ ...replaced, version: 2, person: { by: 'directory' } }, await retire(retired), await revive(revived)];
        expect(await store.users.replace(others[0]!, 1)).toBe(true);
        expect(await store.users.remove(tenant, removed.id, 1, NOW)).toBe(true);

        expect(await store.upkeep.refresh(refreshed)).toBe(2);
        expect(await outdated(tenant, 'new')).toStrictEqual(byId(others));
        expect(await store.users.findById(tenant, first.id)).toStrictEqual(refreshed[0]);
        expect(await store.users.findRetiredByUserName(tenant, last.resource.userName)).toStrictEqual(refreshed[5]);
        expect(await store.users.findById(tenant, removed.id)).toBeNull();
        expect(await store.users.count(tenant)).toBe(3);
      });

      test('neither hides nor shows anybody', async () => {
        const tenant = aTenant();
        const visible = await insert({ tenant, version: 2 });
        const retired = await retire(await insert({ tenant }));
        expect(await store.upkeep.refresh([{ ...visible, deletedAt: NOW, projection: 'new' }])).toBe(0);
        expect(await store.upkeep.refresh([{ ...retired, deletedAt: null, projection: 'new' }])).toBe(0);
        expect(await outdated(tenant, 'new')).toStrictEqual(byId([visible, retired]));
      });

      test('writes nobody of another tenant and nobody who is not there', async () => {
        const user = await insert({ tenant: aTenant() });
        expect(await store.upkeep.refresh([{ ...user, tenant: aTenant(), projection: 'new' }, aStoredUser({ tenant: user.tenant })])).toBe(
          0,
        );
        expect(await store.users.find(user.tenant, { by: 'all' }, FIRST_PAGE)).toStrictEqual({ totalResults: 1, users: [user] });
      });

      test('and a write of the directory at once: the directory wins', async () => {
        const tenant = aTenant();
        for (let round = 0; round < 10; round += 1) {
          const user = await insert({ tenant });
          const replaced = { ...user, version: 2, person: { by: 'directory' } };
          const refresh = () => store.upkeep.refresh([{ ...user, person: { by: 'upkeep' }, projection: 'new' }]);
          const replace = () => store.users.replace(replaced, 1);
          const [, done] = round % 2 ? await Promise.all([refresh(), replace()]) : (await Promise.all([replace(), refresh()])).toReversed();
          expect(done).toBe(true);
          expect(await store.users.findById(tenant, user.id)).toStrictEqual(replaced);
        }
      });

      test('by 20 at once writes one of the records, keys included', async () => {
        const tenant = aTenant();
        const user = await insert({ tenant });
        const { userName } = user.resource;
        const refreshed = Array.from({ length: 20 }, (_, at) => ({
          ...user,
          resource: { userName, active: true, emails: [{ value: `p${at}@x` }] },
          projection: `new ${at}`,
        }));
        expect(await Promise.all(refreshed.map((each) => store.upkeep.refresh([each])))).toEqual(Array(20).fill(1));
        const stored = await store.users.findById(tenant, user.id);
        const at = refreshed.findIndex(({ projection }) => projection === stored?.projection);
        expect(stored).toStrictEqual(refreshed[at]);
        const found = await Promise.all(refreshed.map((_, each) => idsBy(tenant, { by: 'email', value: `p${each}@x` })));
        expect(found.map(({ length }) => length)).toEqual(refreshed.map((_, each) => (each === at ? 1 : 0)));
      });

      test('keeps a retired person retired, found by userName and by the keys of the new record', async () => {
        const tenant = aTenant();
        const inserted = await insert({
          tenant,
          resource: { userName: 'Gone', emails: [{ value: 'g@x' }] },
          person: { login: 'old', id: 'e1' },
        });
        const retired = await retire(inserted);
        const refreshed = { ...retired, person: { account: { login: 'new' }, id: 'e1' }, projection: 'new' };
        expect(await store.upkeep.refresh([refreshed])).toBe(1);
        expect(await store.users.findRetiredByUserName(tenant, 'gONE')).toStrictEqual(refreshed);
        expect(await foundByKey(tenant, 'login', 'old')).toEqual([]);
        for (const [target, value] of [['account.login', 'new'] as const, ['id', 'e1'] as const]) {
          expect(await foundByKey(tenant, target, value)).toStrictEqual([{ kind: 'retired', user: refreshed }]);
        }
        expect(await store.users.findById(tenant, retired.id)).toBeNull();
        expect(await idsBy(tenant, { by: 'email', value: 'g@x' })).toEqual([]);
        expect(await store.users.count(tenant)).toBe(0);
        const other = await insert({ tenant, resource: { userName: 'GONE' } });
        expect(
          await store.upkeep.refresh([
            { ...refreshed, projection: 'newer' },
            { ...other, projection: 'newer' },
          ]),
        ).toBe(2);
        expect(await store.upkeep.countOutdated(tenant, 'newer')).toBe(0);
      });

      test('gives a visible person no key to be found by', async () => {
        const tenant = aTenant();
        const user = await insert({ tenant, person: { login: 'ann' } });
        expect(await store.upkeep.refresh([{ ...user, person: { login: 'ann', id: 'e1' } }])).toBe(1);
        expect(await foundByKey(tenant, 'login', 'ann')).toEqual([]);
        expect(await foundByKey(tenant, 'id', 'e1')).toEqual([]);
      });

      test('leaves groups and memberships as they are, seen and hidden', async () => {
        const tenant = aTenant();
        const [seen, hidden] = [await insert({ tenant }), await insert({ tenant })];
        const group = aStoredGroup({ tenant });
        await store.groups.insert(
          group,
          [seen, hidden].map(({ id }) => ({ id, type: 'User' })),
        );
        const retired = await retire(hidden);
        const before = await store.groups.findById(tenant, group.id);
        const members = () => store.memberships.members(tenant, group.id, { after: null, limit: 10 });
        const [fresh, gone] = [seen, retired].map((user) => ({ ...user, projection: 'new' })) as [StoredUser, StoredUser];
        expect(await store.upkeep.refresh([fresh, gone])).toBe(2);
        expect(await store.groups.findById(tenant, group.id)).toStrictEqual(before);
        expect(await members()).toEqual([{ id: seen.id, type: 'User' }]);
        expect(await idsBy(tenant, { by: 'group', value: group.id })).toEqual([seen.id]);
        await revive(gone);
        expect(await members()).toEqual(
          byId([
            { id: seen.id, type: 'User' },
            { id: hidden.id, type: 'User' },
          ]),
        );
      });
    });

    describe('people retired before a time', () => {
      function hour(at: number): Date {
        return new Date(Date.UTC(2026, 10, 24, at));
      }

      test('are given the longest gone first, as many as were asked for', async () => {
        const tenant = aTenant();
        const people = new Map<number, StoredUser>();
        for (const at of [5, 2, 4, 1, 3]) people.set(at, await retire(await insert({ tenant }), hour(at)));
        await insert({ tenant });
        const gone = (hours: number[]) => hours.map((at) => people.get(at));
        expect(await store.upkeep.findRetiredBefore(tenant, hour(4), 10)).toStrictEqual(gone([1, 2, 3]));
        expect(await store.upkeep.findRetiredBefore(tenant, new Date(hour(4).getTime() + 1), 10)).toStrictEqual(gone([1, 2, 3, 4]));
        expect(await store.upkeep.findRetiredBefore(tenant, hour(9), 2)).toStrictEqual(gone([1, 2]));
        expect(await store.upkeep.findRetiredBefore(tenant, hour(1), 10)).toEqual([]);
      });

      test('are those of one tenant who are retired still', async () => {
        const [tenant, stranger] = [aTenant(), aTenant()];
        const [left, back, removed] = [await insert({ tenant }), await insert({ tenant }), await insert({ tenant })];
        await retire(await insert({ tenant: stranger }), hour(1));
        const retired = await retire(left, hour(3));
        await revive(await retire(back, hour(1)));
        const { id, version } = await retire(removed, hour(2));
        expect(await store.users.remove(tenant, id, version, NOW)).toBe(true);
        expect(await store.upkeep.findRetiredBefore(tenant, hour(9), 10)).toStrictEqual([retired]);
      });

      test('are as long gone after a refresh as before', async () => {
        const tenant = aTenant();
        const first = await retire(await insert({ tenant }), hour(1));
        const second = await retire(await insert({ tenant }), hour(2));
        const refreshed = { ...first, projection: 'new' };
        expect(await store.upkeep.refresh([refreshed])).toBe(1);
        expect(await store.upkeep.findRetiredBefore(tenant, hour(9), 10)).toStrictEqual([refreshed, second]);
      });
    });
  });
}

function aTenant(): TenantKey {
  return `team-hr/t-${randomUUID()}`;
}

function byId<T extends { readonly id: string }>(some: readonly T[]): T[] {
  return some.toSorted((left, right) => (left.id < right.id ? -1 : 1));
}
