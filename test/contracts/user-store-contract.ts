import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import type { UserLookup } from '#scim-service/domain/user-lookup.ts';
import { parseFilter } from '#common/scim/parse-filter.ts';
import type { ScanOptions } from '#scim-service/provisioning/store-range.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { UserNameTakenError, type UserSearch, type UserStore } from '#scim-service/provisioning/user-store.ts';
import { aStoredUser, type StoredUserOverrides } from '#test/support/a-user.ts';

export interface OpenedStore {
  readonly store: ScimStore;
  close(): Promise<void>;
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const FIRST_PAGE = { offset: 0, limit: 100 };
const NOW = new Date('2026-11-24T11:00:00.000Z');
const WHOLE: ScanOptions = { after: null, narrow: null };

/** What the `users` of every store promise. Each test works in a tenant of its own, so one store serves them all. */
export function describeUserStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a store of users`, () => {
    let opened: OpenedStore;
    let store: UserStore & UserSearch;

    beforeAll(async () => {
      opened = await open();
      store = opened.store.users;
    });

    afterAll(() => opened.close());

    async function insert(overrides: StoredUserOverrides): Promise<StoredUser> {
      const user = aStoredUser(overrides);
      await store.insert(user);
      return user;
    }

    async function scanned(tenant: TenantKey, lookup: UserLookup, options = WHOLE): Promise<string[]> {
      const ids: string[] = [];
      for await (const page of store.scan(tenant, lookup, options)) ids.push(...page.map(({ id }) => id));
      return ids;
    }

    async function idsBy(tenant: TenantKey, lookup: UserLookup): Promise<string[]> {
      const { users } = await store.find(tenant, lookup, FIRST_PAGE);
      return users.map(({ id }) => id);
    }

    describe('content', () => {
      test.each<[string, StoredUserOverrides]>([
        ['a person with the least', {}],
        [
          'dates to the millisecond',
          { createdAt: new Date('1969-12-31T23:59:59.999Z'), lastModified: new Date('2026-11-24T08:15:42.007Z') },
        ],
        ['an extension, whose URN has dots', { resource: { [ENTERPRISE]: { employeeNumber: '17', manager: { value: 'abc' } } } }],
        ['objects and lists in each other', { resource: { a: [{ b: [{ c: [[1, [2]], { d: { e: 'deep' } }] }] }] } }],
        ['empty objects, lists and texts', { resource: { a: {}, b: [], c: '', d: [{}], e: { f: {} } }, person: {} }],
        ['numbers of each kind', { resource: { a: 0, b: -1, c: 1.5, d: 2 ** 31, e: Number.MAX_SAFE_INTEGER, f: 1e300, g: 5e-324 } }],
        ['booleans, the inactive person too', { resource: { active: false, a: true, b: [false] } }],
        ['text of all scripts', { resource: { userName: `Zoë 王 🧑‍🚒 ${randomUUID()}`, a: 'e\u0301 \u0000 \u2028 "\\ \u{10ffff}' } }],
        ['names that mean something to a database', { resource: { $set: { $ref: 'x', $id: 1 }, 'a.b': { 'c.$d': 1 }, $: 1, '.': 2 } }],
        ['names that look encoded', { resource: { '%': 1, '%2E': 2, '%24a': { '%252E': 3 }, 'a.%2E': 4 } }],
        ['names of other scripts, and an empty one', { resource: { ключ: 1, 'a b': 2, '': 3, 'nul\u0000': 4 } }],
        [
          'names that mean something to JavaScript',
          { resource: JSON.parse('{"__proto__":{"x":1},"constructor":2,"_bsontype":"Long","toString":"t"}') },
        ],
        ['such names in the record of the product', { person: { 'a.b': { $c: [{ 'd.e': '%2E' }] }, _bsontype: 'ObjectId', login: 'x' } }],
        [
          'what the template set and what was there before the directory',
          { defaults: { role: 'employee', address: { country: 'DE' } }, own: { plan: ['gold', 7, true], since: { year: 2019 } } },
        ],
        [
          'such names in those as well',
          {
            defaults: JSON.parse('{"__proto__":{"$x":1},"a.b":{"$c":[{"d.e":"%2E"}]},"$set":2,"_bsontype":"Long","":3}'),
            own: JSON.parse(
              '{"__proto__":"p","constructor":1,"%24":{"%2524":1},"a.b":"%2E","$":true,"nul\\u0000":{"_bsontype":"ObjectId"}}',
            ),
          },
        ],
        ['the projection that made it', { projection: '0123456789abcdef' }],
        ['no projection, of before there was one', { projection: '' }],
      ])('comes back as it was: %s', async (_, overrides) => {
        const user = await insert({ tenant: aTenant(), ...overrides });
        expect(await store.findById(user.tenant, user.id)).toStrictEqual(user);
        expect(await store.find(user.tenant, { by: 'all' }, FIRST_PAGE)).toStrictEqual({ totalResults: 1, users: [user] });
      });

      test('is replaced as a whole', async () => {
        const before = await insert({
          tenant: aTenant(),
          resource: { title: 'Dr', a: { b: 1, c: 2 } },
          person: { role: 'employee', x: 1 },
          defaults: { role: 'employee' },
          own: { x: 1, y: { z: 1 } },
        });
        const after = next(before, {
          resource: { userName: before.resource.userName, active: false, a: { b: 3 } },
          person: { x: 2 },
          defaults: { 'b.c': 1 },
          own: { y: { 'z.$': 2 } },
          projection: 'q',
        });
        expect(await store.replace(after, 1)).toBe(true);
        expect(await store.findById(after.tenant, after.id)).toStrictEqual(after);
      });

      test('is written with each step of a life: replaced, retired, revived', async () => {
        const first = await insert({ tenant: aTenant(), defaults: { a: 1 }, own: { b: 1 }, projection: 'one' });
        const second = next(first, { defaults: { a: 2 }, own: {}, projection: 'two' });
        expect(await store.replace(second, 1)).toBe(true);
        const third = next(second, { defaults: {}, own: { $b: { 'c.d': 3 } }, projection: 'three', deletedAt: NOW });
        expect(await store.retire(third, 2)).toBe(true);
        expect(await store.findRetiredByUserName(first.tenant, first.resource.userName)).toStrictEqual(third);
        const fourth = next(third, { defaults: { 'a.b': 4 }, own: {}, projection: 'four', deletedAt: null });
        expect(await store.revive(fourth, 3)).toBe(true);
        expect(await store.findById(first.tenant, first.id)).toStrictEqual(fourth);
        for await (const page of store.scan(first.tenant, { by: 'all' }, WHOLE)) expect(page).toStrictEqual([fourth]);
      });

      test('of nobody is null', async () => {
        expect(await store.findById(aTenant(), randomUUID())).toBeNull();
        expect(await store.findById(aTenant(), '')).toBeNull();
      });
    });

    describe('userName', () => {
      test.each([
        ['the same', 'ann@acme.example', 'ann@acme.example'],
        ['another case', 'Ann@Acme.example', 'aNN@aCME.EXAMPLE'],
        ['another case beyond ASCII', 'ŻÓŁĆ@acme.example', 'żółć@acme.example'],
        ['another composition', 'Zoe\u0308', 'ZO\u00cb'],
      ])('is taken by %s', async (_, first, second) => {
        const { tenant } = await insert({ tenant: aTenant(), resource: { userName: first } });
        await expect(store.insert(aStoredUser({ tenant, resource: { userName: second } }))).rejects.toThrow(UserNameTakenError);
        expect(await store.count(tenant)).toBe(1);
      });

      test('goes to one of 20 who ask for it at once', async () => {
        const tenant = aTenant();
        const users = Array.from({ length: 20 }, (_, at) =>
          aStoredUser({ tenant, resource: { userName: at % 2 ? 'race@acme.example' : 'RACE@acme.example' } }),
        );
        const outcomes = await Promise.allSettled(users.map((user) => store.insert(user)));
        const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
        expect(lost).toHaveLength(19);
        expect(lost.every((reason) => reason instanceof UserNameTakenError)).toBe(true);
        const winner = users[outcomes.findIndex(({ status }) => status === 'fulfilled')]!;
        expect(await store.find(tenant, { by: 'all' }, FIRST_PAGE)).toStrictEqual({ totalResults: 1, users: [winner] });
      });

      test('cannot be changed to one that is taken, and then nothing changes', async () => {
        const tenant = aTenant();
        await insert({ tenant, resource: { userName: 'ann' } });
        const bob = await insert({ tenant, resource: { userName: 'bob', title: 'Mr' } });
        await expect(store.replace(next(bob, { resource: { userName: 'ANN', active: true } }), 1)).rejects.toThrow(UserNameTakenError);
        expect(await store.findById(tenant, bob.id)).toStrictEqual(bob);
        expect(await idsBy(tenant, { by: 'userName', value: 'bob' })).toEqual([bob.id]);
      });

      test('can change its own case, and is free once it was changed', async () => {
        const tenant = aTenant();
        const ann = await insert({ tenant, resource: { userName: 'ann' } });
        expect(await store.replace(next(ann, { resource: { userName: 'Ann', active: true } }), 1)).toBe(true);
        expect(await store.replace(next(ann, { version: 3, resource: { userName: 'anna', active: true } }), 2)).toBe(true);
        const other = await insert({ tenant, resource: { userName: 'ann' } });
        expect(await idsBy(tenant, { by: 'userName', value: 'ann' })).toEqual([other.id]);
      });
    });

    describe('a write that compares versions', () => {
      test('lets one of 50 writers of one version win', async () => {
        const user = await insert({ tenant: aTenant() });
        const writers = Array.from({ length: 50 }, (_, writer) => next(user, { person: { writer } }));
        const outcomes = await Promise.all(writers.map((writer) => store.replace(writer, 1)));
        expect(outcomes.filter(Boolean)).toEqual([true]);
        expect(await store.findById(user.tenant, user.id)).toStrictEqual(writers[outcomes.indexOf(true)]);
      });

      test('is refused for another version and for nobody', async () => {
        const user = await insert({ tenant: aTenant(), version: 4 });
        expect(await store.replace(next(user, {}), 3)).toBe(false);
        expect(await store.replace(next(user, {}), 5)).toBe(false);
        expect(await store.replace(next(aStoredUser({ tenant: user.tenant }), {}), 1)).toBe(false);
        expect(await store.remove(user.tenant, user.id, 3, NOW)).toBe(false);
        expect(await store.remove(user.tenant, randomUUID(), 4, NOW)).toBe(false);
        expect(await store.find(user.tenant, { by: 'all' }, FIRST_PAGE)).toStrictEqual({ totalResults: 1, users: [user] });
      });

      test('lets either the remover or the replacer of one version win', async () => {
        const tenant = aTenant();
        for (let round = 0; round < 10; round += 1) {
          const user = await insert({ tenant });
          const [removed, replaced] = await Promise.all([store.remove(tenant, user.id, 1, NOW), store.replace(next(user, {}), 1)]);
          expect([removed, replaced].filter(Boolean)).toEqual([true]);
          expect((await store.findById(tenant, user.id)) === null).toBe(removed);
        }
      });
    });

    describe('a deleted person', () => {
      const emails = [{ value: 'gone@acme.example' }];

      async function insertDeleted(tenant: TenantKey): Promise<StoredUser> {
        const user = await insert({ tenant, resource: { userName: 'Gone', externalId: 'x1', emails } });
        const deleted = next(user, { deletedAt: new Date('2026-11-24T09:00:00.123Z') });
        expect(await store.retire(deleted, 1)).toBe(true);
        return deleted;
      }

      test('is found by no lookup and not counted', async () => {
        const deleted = await insertDeleted(aTenant());
        const { tenant, id } = deleted;
        const lookups: UserLookup[] = [
          { by: 'all' },
          { by: 'id', value: id },
          { by: 'userName', value: 'Gone' },
          { by: 'externalId', value: 'x1' },
          { by: 'email', value: 'gone@acme.example' },
        ];
        for (const lookup of lookups) expect(await store.find(tenant, lookup, FIRST_PAGE)).toEqual({ totalResults: 0, users: [] });
        expect(await store.findById(tenant, id)).toBeNull();
        expect(await store.count(tenant)).toBe(0);
      });

      test('is found by the last userName, in any case, and only once deleted', async () => {
        const deleted = await insertDeleted(aTenant());
        expect(await store.findRetiredByUserName(deleted.tenant, 'gONE')).toStrictEqual(deleted);
        expect(await store.findRetiredByUserName(deleted.tenant, 'gon')).toBeNull();
        expect(await store.findRetiredByUserName(aTenant(), 'Gone')).toBeNull();
        await insert({ tenant: deleted.tenant, resource: { userName: 'here' } });
        expect(await store.findRetiredByUserName(deleted.tenant, 'here')).toBeNull();
      });

      test('leaves the userName to others, and the one deleted last is found', async () => {
        const { tenant } = await insertDeleted(aTenant());
        const second = await insert({ tenant, resource: { userName: 'gone' } });
        const secondDeleted = next(second, { deletedAt: new Date('2026-11-24T10:00:00.000Z') });
        expect(await store.retire(secondDeleted, 1)).toBe(true);
        const third = await insert({ tenant, resource: { userName: 'GONE' } });
        expect(await store.findRetiredByUserName(tenant, 'gone')).toStrictEqual(secondDeleted);
        expect(await idsBy(tenant, { by: 'userName', value: 'gone' })).toEqual([third.id]);
      });

      test('comes back with the same id, and is found again', async () => {
        const deleted = await insertDeleted(aTenant());
        const revived = next(deleted, { deletedAt: null, person: { login: 'again' } });
        expect(await store.revive(revived, deleted.version)).toBe(true);
        expect(await store.findById(revived.tenant, revived.id)).toStrictEqual(revived);
        expect(await idsBy(revived.tenant, { by: 'email', value: 'GONE@acme.example' })).toEqual([revived.id]);
        expect(await store.findRetiredByUserName(revived.tenant, 'Gone')).toBeNull();
        await expect(store.insert(aStoredUser({ tenant: revived.tenant, resource: { userName: 'gone' } }))).rejects.toThrow(
          UserNameTakenError,
        );
      });

      test('cannot come back while another one has the userName', async () => {
        const deleted = await insertDeleted(aTenant());
        await insert({ tenant: deleted.tenant, resource: { userName: 'GONE' } });
        await expect(store.revive(next(deleted, { deletedAt: null }), deleted.version)).rejects.toThrow(UserNameTakenError);
        expect(await store.findRetiredByUserName(deleted.tenant, 'gone')).toStrictEqual(deleted);
      });

      test('is retired and revived once, by those who know the version', async () => {
        const user = await insert({ tenant: aTenant() });
        const retired = next(user, { deletedAt: NOW });
        expect(await store.retire(retired, 2)).toBe(false);
        expect(await store.revive(next(user, {}), 1)).toBe(false);
        expect(await store.findById(user.tenant, user.id)).toStrictEqual(user);
        const retirements = await Promise.all(Array.from({ length: 10 }, () => store.retire(retired, 1)));
        expect(retirements.filter(Boolean)).toEqual([true]);
        expect(await store.retire(next(retired, {}), 2)).toBe(false);
        expect(await store.replace(next(retired, { deletedAt: null }), 2)).toBe(false);
        const revivals = await Promise.all(Array.from({ length: 10 }, () => store.revive(next(retired, { deletedAt: null }), 2)));
        expect(revivals.filter(Boolean)).toEqual([true]);
        expect(await store.find(user.tenant, { by: 'all' }, FIRST_PAGE)).toStrictEqual({
          totalResults: 1,
          users: [next(retired, { deletedAt: null })],
        });
        expect(await store.count(user.tenant)).toBe(1);
      });

      test('can be removed for good', async () => {
        const deleted = await insertDeleted(aTenant());
        expect(await store.remove(deleted.tenant, deleted.id, deleted.version, NOW)).toBe(true);
        expect(await store.findRetiredByUserName(deleted.tenant, 'Gone')).toBeNull();
      });
    });

    test('a removed person is gone, and so is all that it was found by', async () => {
      const tenant = aTenant();
      const user = await insert({ tenant, resource: { userName: 'r', externalId: 'r', emails: [{ value: 'r@acme.example' }] } });
      expect(await store.remove(tenant, user.id, 1, NOW)).toBe(true);
      expect(await store.findById(tenant, user.id)).toBeNull();
      expect(await store.findRetiredByUserName(tenant, 'r')).toBeNull();
      expect(await idsBy(tenant, { by: 'email', value: 'r@acme.example' })).toEqual([]);
      await insert({ tenant, resource: { userName: 'r', emails: [{ value: 'r@acme.example' }] } });
      expect(await store.remove(tenant, user.id, 1, NOW)).toBe(false);
      expect(await store.count(tenant)).toBe(1);
    });

    describe('another tenant', () => {
      test('neither sees nor changes a person whose id it knows', async () => {
        const user = await insert({ tenant: aTenant(), resource: { externalId: 'x', emails: [{ value: 'x@acme.example' }] } });
        const stranger = aTenant();
        expect(await store.findById(stranger, user.id)).toBeNull();
        const values = { id: user.id, userName: user.resource.userName, externalId: 'x', email: 'x@acme.example' };
        for (const [by, value] of Object.entries(values) as ['id', string][]) expect(await idsBy(stranger, { by, value })).toEqual([]);
        expect(await store.replace({ ...next(user, {}), tenant: stranger }, 1)).toBe(false);
        expect(await store.retire({ ...next(user, { deletedAt: NOW }), tenant: stranger }, 1)).toBe(false);
        expect(await store.remove(stranger, user.id, 1, NOW)).toBe(false);
        expect(await scanned(stranger, { by: 'all' })).toEqual([]);
        expect(await store.count(stranger)).toBe(0);
        expect(await store.findById(user.tenant, user.id)).toStrictEqual(user);
      });

      test('has people of the same names', async () => {
        const shared = { userName: 'same', externalId: 'same', emails: [{ value: 'same@acme.example' }] };
        const ours = await insert({ tenant: aTenant(), resource: shared });
        const theirs = await insert({ tenant: aTenant(), resource: shared });
        for (const user of [ours, theirs]) {
          expect(await idsBy(user.tenant, { by: 'userName', value: 'same' })).toEqual([user.id]);
          expect(await idsBy(user.tenant, { by: 'externalId', value: 'same' })).toEqual([user.id]);
          expect(await idsBy(user.tenant, { by: 'email', value: 'same@acme.example' })).toEqual([user.id]);
        }
      });
    });

    describe('a lookup', () => {
      const tenant = aTenant();
      const ann = {
        userName: 'Ann@acme.example',
        externalId: 'Ext-1',
        emails: [{ type: 'work', value: 'Ann.Work@acme.example' }, { type: 'home', value: 'ÄNN@home.example' }, { display: 'none' }],
      };
      let annId: string;

      beforeAll(async () => {
        ({ id: annId } = await insert({ tenant, resource: ann }));
        await insert({ tenant, resource: { userName: 'bob@acme.example', externalId: 'Ext-2', emails: [{ value: 'bob@acme.example' }] } });
        await insert({ tenant, resource: { userName: 'nobody' } });
      });

      test.each<[Exclude<UserLookup['by'], 'all'>, string, boolean]>([
        ['userName', 'Ann@acme.example', true],
        ['userName', 'aNN@ACME.EXAMPLE', true],
        ['userName', 'ann@acme.exampl', false],
        ['userName', 'ann@acme_example', false],
        ['externalId', 'Ext-1', true],
        ['externalId', 'ext-1', false],
        ['externalId', '', false],
        ['email', 'ann.work@ACME.example', true],
        ['email', 'a\u0308nn@home.example', true],
        ['email', 'none', false],
        ['email', '', false],
        ['id', '00000000-0000-4000-8000-000000000000', false],
      ])('by %s %j finds Ann: %j', async (by, value, found) => {
        const page = await store.find(tenant, { by, value }, FIRST_PAGE);
        expect(page.users.map(({ id }) => id)).toEqual(found ? [annId] : []);
        expect(page.totalResults).toBe(found ? 1 : 0);
      });

      test('by id compares exactly', async () => {
        expect(await idsBy(tenant, { by: 'id', value: annId })).toEqual([annId]);
        expect(await idsBy(tenant, { by: 'id', value: annId.toUpperCase() })).toEqual([]);
      });

      test('follows what was replaced', async () => {
        const place = aTenant();
        const user = await insert({ tenant: place, resource: ann });
        const resource = {
          userName: 'new',
          active: true,
          externalId: 'Ext-9',
          emails: [{ value: 'ann.work@acme.example' }, { value: 'N@x' }],
        };
        expect(await store.replace(next(user, { resource }), 1)).toBe(true);
        expect(await idsBy(place, { by: 'userName', value: ann.userName })).toEqual([]);
        expect(await idsBy(place, { by: 'externalId', value: 'Ext-1' })).toEqual([]);
        expect(await idsBy(place, { by: 'email', value: 'änn@home.example' })).toEqual([]);
        expect(await idsBy(place, { by: 'externalId', value: 'Ext-9' })).toEqual([user.id]);
        expect(await idsBy(place, { by: 'email', value: 'Ann.Work@acme.example' })).toEqual([user.id]);
        expect(await idsBy(place, { by: 'email', value: 'n@X' })).toEqual([user.id]);
      });

      test('by email counts a person with one address twice once, and finds all who share it', async () => {
        const place = aTenant();
        const emails = [
          { type: 'work', value: 'team@acme.example' },
          { type: 'other', value: 'TEAM@acme.example' },
        ];
        const first = await insert({ tenant: place, createdAt: new Date(1_000), resource: { emails } });
        const second = await insert({ tenant: place, createdAt: new Date(2_000), resource: { emails } });
        const page = await store.find(place, { by: 'email', value: 'team@acme.example' }, FIRST_PAGE);
        expect(page).toStrictEqual({ totalResults: 2, users: [first, second] });
        expect(await store.find(place, { by: 'email', value: 'team@acme.example' }, { offset: 1, limit: 1 })).toStrictEqual({
          totalResults: 2,
          users: [second],
        });
      });
    });

    describe('pages', () => {
      const tenant = aTenant();
      let ordered: StoredUser[];

      beforeAll(async () => {
        const users = Array.from({ length: 25 }, (_, at) => aStoredUser({ tenant, createdAt: new Date(1_000 * (at % 5)), person: { at } }));
        await Promise.all(users.map((user) => store.insert(user)));
        ordered = inOrder(users);
      });

      test.each([
        [0, 10],
        [10, 10],
        [20, 10],
        [3, 1],
        [0, 25],
        [24, 200],
        [25, 10],
        [400, 10],
        [0, 0],
        [7, 0],
      ])('from %i on, %i of them, are the oldest first, with the total of all', async (offset, limit) => {
        const page = await store.find(tenant, { by: 'all' }, { offset, limit });
        expect(page).toStrictEqual({ totalResults: 25, users: ordered.slice(offset, offset + limit) });
      });

      test('of one person found begin after the first as well', async () => {
        const { id, resource } = ordered[0]!;
        const lookups: UserLookup[] = [
          { by: 'id', value: id },
          { by: 'userName', value: resource.userName },
        ];
        for (const lookup of lookups) {
          expect(await store.find(tenant, lookup, { offset: 1, limit: 10 })).toEqual({ totalResults: 1, users: [] });
          expect(await store.find(tenant, lookup, { offset: 0, limit: 0 })).toEqual({ totalResults: 1, users: [] });
        }
      });

      test('keep their order when people change', async () => {
        const place = aTenant();
        const first = await insert({ tenant: place, createdAt: new Date(1) });
        const second = await insert({ tenant: place, createdAt: new Date(2) });
        await store.replace(next(first, { lastModified: new Date('2027-01-01T00:00:00Z') }), 1);
        expect(await idsBy(place, { by: 'all' })).toEqual([first.id, second.id]);
      });

      test('count is their total', async () => {
        expect(await store.count(tenant)).toBe(25);
        expect(await store.count(aTenant())).toBe(0);
      });
    });

    describe('a scan', () => {
      const tenant = aTenant();
      // More than a store reads at once.
      const PEOPLE = 1_234;
      let ordered: StoredUser[];

      beforeAll(async () => {
        const users = Array.from({ length: PEOPLE }, (_, at) =>
          aStoredUser({
            tenant,
            // Many of one instant, so that pages begin among them.
            createdAt: new Date(1_000 * (at % 3)),
            resource: { active: at % 4 === 0, externalId: at % 2 ? 'odd' : 'even', emails: [{ value: `${at % 2 ? 'Odd' : 'Even'}@x` }] },
          }),
        );
        for (let from = 0; from < PEOPLE; from += 50) await Promise.all(users.slice(from, from + 50).map((user) => store.insert(user)));
        ordered = inOrder(users);
      });

      test('gives everyone once, in the order of creation, as they are stored', async () => {
        const pages: (readonly StoredUser[])[] = [];
        for await (const page of store.scan(tenant, { by: 'all' }, WHOLE)) pages.push(page);
        expect(pages.flat()).toStrictEqual(ordered);
        expect(Math.min(...pages.map((page) => page.length))).toBeGreaterThan(0);
      });

      test.each([0, 1, 499, 500, 700, PEOPLE - 2, PEOPLE - 1])('goes on after person %i', async (at) => {
        const { createdAt, id } = ordered[at]!;
        const rest = ordered.slice(at + 1).map((user) => user.id);
        expect(await scanned(tenant, { by: 'all' }, { after: { createdAt, id }, narrow: null })).toEqual(rest);
      });

      test('goes on after a place where nobody is', async () => {
        const after = { createdAt: new Date(1_500), id: '' };
        const rest = ordered.filter(({ createdAt }) => createdAt.getTime() > 1_500).map(({ id }) => id);
        expect(await scanned(tenant, { by: 'all' }, { after, narrow: null })).toEqual(rest);
      });

      test.each<UserLookup>([
        { by: 'externalId', value: 'odd' },
        { by: 'email', value: 'oDD@X' },
      ])('of a lookup by %j gives who matches, from a place on as well', async (lookup) => {
        const odd = ordered.filter(({ resource }) => resource['externalId'] === 'odd');
        expect(await scanned(tenant, lookup)).toEqual(odd.map(({ id }) => id));
        const { createdAt, id } = odd[300]!;
        expect(await scanned(tenant, lookup, { after: { createdAt, id }, narrow: null })).toEqual(odd.slice(301).map((user) => user.id));
      });

      test('of a lookup that finds one person at most gives that one', async () => {
        const { id, createdAt, resource } = ordered[7]!;
        const lookups: UserLookup[] = [
          { by: 'id', value: id },
          { by: 'userName', value: resource.userName.toUpperCase() },
        ];
        for (const lookup of lookups) {
          expect(await scanned(tenant, lookup)).toEqual([id]);
          expect(await scanned(tenant, lookup, { after: { createdAt, id }, narrow: null })).toEqual([]);
        }
        expect(await scanned(tenant, { by: 'id', value: randomUUID() })).toEqual([]);
      });

      test.each([
        'active eq true',
        'active eq false and externalId eq "odd"',
        'not (active eq true) or userName pr',
        'externalId eq "odd"',
      ])('narrowed by %s leaves out nobody who matches', async (filter) => {
        const found = new Set(await scanned(tenant, { by: 'all' }, { after: null, narrow: parseFilter(filter) }));
        const matching = ordered.filter(({ resource: { active, externalId } }) => {
          if (filter === 'active eq true') return active;
          if (filter.startsWith('not')) return true;
          return externalId === 'odd' && (!filter.startsWith('active') || !active);
        });
        expect(matching.filter(({ id }) => !found.has(id))).toEqual([]);
      });

      test('gives who is there all the time, while others come, change and go', async () => {
        const place = aTenant();
        const users = inOrder(
          Array.from({ length: PEOPLE }, (_, at) => aStoredUser({ tenant: place, createdAt: new Date(1_000 + (at % 7)) })),
        );
        for (let from = 0; from < PEOPLE; from += 50) await Promise.all(users.slice(from, from + 50).map((user) => store.insert(user)));
        const going = new Set(users.filter((_, at) => at % 5 === 0).map(({ id }) => id));
        const seen: string[] = [];
        let pages = 0;
        for await (const page of store.scan(place, { by: 'all' }, WHOLE)) {
          seen.push(...page.map(({ id }) => id));
          pages += 1;
          const [from, to] = [(pages - 1) * 300, pages * 300];
          for (const [at, user] of users.slice(from, to).entries()) {
            if (going.has(user.id)) await store.remove(place, user.id, 1, NOW);
            else if (at % 5 === 1) await store.replace(next(user, { lastModified: NOW }), 1);
          }
          await insert({ tenant: place, createdAt: new Date(0) });
          await insert({ tenant: place, createdAt: new Date(1_003) });
        }
        expect(new Set(seen).size).toBe(seen.length);
        const staying = users.filter(({ id }) => !going.has(id)).map(({ id }) => id);
        const given = new Set(seen);
        expect(staying.filter((id) => !given.has(id))).toEqual([]);
        const before = new Map(users.map(({ id }, at) => [id, at]));
        const positions = seen.flatMap((id) => before.get(id) ?? []);
        expect(positions).toEqual(positions.toSorted((left, right) => left - right));
      });

      test('can be left before its end, and others write in the middle of it', async () => {
        for await (const page of store.scan(tenant, { by: 'all' }, WHOLE)) {
          expect(page[0]).toStrictEqual(ordered[0]);
          await insert({ tenant: aTenant() });
          break;
        }
        expect(await store.count(tenant)).toBe(PEOPLE);
      });

      test('of a tenant without people ends at once', async () => {
        expect(await scanned(aTenant(), { by: 'all' })).toEqual([]);
      });
    });
  });
}

function aTenant(): TenantKey {
  return `team-hr/t-${randomUUID()}`;
}

function inOrder(users: readonly StoredUser[]): StoredUser[] {
  return users.toSorted((left, right) => Number(left.createdAt) - Number(right.createdAt) || (left.id < right.id ? -1 : 1));
}

/** What a write would store after `user`. */
function next(user: StoredUser, changes: Partial<StoredUser>): StoredUser {
  return { ...user, version: user.version + 1, ...changes };
}
