import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TenantKey } from '#common/tenant-key.ts';
import { matchKey, matchKeys } from '#scim-service/domain/match-keys.ts';
import type { PersonRecord, StoredUser } from '#scim-service/domain/stored-user.ts';
import type { UserLookup } from '#scim-service/domain/user-lookup.ts';
import type { UnlinkedPerson } from '#scim-service/provisioning/existing-people-store.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { UserNameTakenError } from '#scim-service/provisioning/user-store.ts';
import { aStoredGroup } from '#test/support/a-group.ts';
import { aStoredUser, type StoredUserOverrides } from '#test/support/a-user.ts';
import type { OpenedStore } from './user-store-contract.ts';

const FIRST_PAGE = { offset: 0, limit: 100 };
const NOW = new Date('2026-11-24T11:00:00.000Z');
const ANN: PersonRecord = { login: 'ann', contact: { email: 'Ann@acme.example' }, plan: 'gold' };

/** What the `existing` of every store promises. Each test works in a tenant of its own, so one store serves them all. */
export function describeExistingPeople(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a store of people whom SCIM does not see`, () => {
    let opened: OpenedStore;
    let store: ScimStore;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });

    afterAll(() => opened.close());

    async function put(tenant: TenantKey, person: PersonRecord = ANN, id: string = randomUUID()): Promise<UnlinkedPerson> {
      expect(await store.existing.put(tenant, { id, person })).toBe('created');
      return { id, person };
    }

    async function insert(overrides: StoredUserOverrides): Promise<StoredUser> {
      const user = aStoredUser(overrides);
      await store.users.insert(user);
      return user;
    }

    async function insertRetired(overrides: StoredUserOverrides): Promise<StoredUser> {
      const user = await insert(overrides);
      const retired = { ...user, version: user.version + 1, lastModified: NOW, deletedAt: NOW };
      expect(await store.users.retire(retired, user.version)).toBe(true);
      return retired;
    }

    function find(tenant: TenantKey, target: string, value: string | number | boolean, limit = 10) {
      return store.existing.findByKey(tenant, matchKey(target, value)!, limit);
    }

    async function idsBy(tenant: TenantKey, target: string, value: string | number | boolean, limit = 10): Promise<string[]> {
      return (await find(tenant, target, value, limit)).map((found) => (found.kind === 'unlinked' ? found.id : found.user.id));
    }

    /** Whom the directory brings in the place of an unlinked person. */
    function adopter(tenant: TenantKey, { id, person }: UnlinkedPerson, overrides: StoredUserOverrides = {}): StoredUser {
      return aStoredUser({ tenant, id, person: { ...person, role: 'admin' }, own: person, ...overrides });
    }

    describe('findByKey', () => {
      test.each([
        ['a field', 'login', 'ann', true],
        ['a field in another case', 'login', 'ANN', true],
        ['a field of a record in the record', 'contact.email', 'ann@ACME.example', true],
        ['another field of the same value', 'plan', 'ann', false],
        ['a part of the value', 'login', 'an', false],
        ['a value that only looks like a pattern', 'contact.email', 'ann@acme_example', false],
        ['a record', 'contact', 'ann@acme.example', false],
      ])('finds somebody by their record: %s', async (_, target, value, found) => {
        const tenant = aTenant();
        const unlinked = await put(tenant);
        const retired = await insertRetired({ tenant, person: ANN });
        const both = [
          { kind: 'unlinked', ...unlinked },
          { kind: 'retired', user: retired },
        ];
        expect(await find(tenant, target, value)).toStrictEqual(found ? inOrder(both, [unlinked.id, retired.id]) : []);
      });

      test.each<[string, PersonRecord, string, string | number | boolean]>([
        ['a number', { number: 17 }, 'number', 17],
        ['a number by its text', { number: 1.5 }, 'number', '1.5'],
        ['a boolean', { vip: true }, 'vip', 'TRUE'],
        ['one of a list', { emails: ['a@x', 'B@x'] }, 'emails', 'b@X'],
        ['one of a list in a record', { contact: { emails: ['a@x'] } }, 'contact.emails', 'a@x'],
        ['text of another composition', { name: 'Zoe\u0308' }, 'name', 'ZO\u00cb'],
        ['text with spaces around it', { name: ' Ann ' }, 'name', 'ann'],
        ['a value like a key', { a: 'b=c' }, 'a', 'b=C'],
        ['a name that means something to a database', { $set: { 'a.b': 'x' } }, '$set.a.b', 'x'],
        ['a name that means something to JavaScript', JSON.parse('{"__proto__":{"x":"y"}}'), '__proto__.x', 'y'],
        ['text of all scripts', { name: '王 🧑‍🚒 \u0000 %2E' }, 'name', '王 🧑‍🚒 \u0000 %2e'],
      ])('finds somebody by %s', async (_, person, target, value) => {
        const tenant = aTenant();
        const unlinked = await put(tenant, person);
        const retired = await insertRetired({ tenant, person });
        expect(await idsBy(tenant, target, value)).toEqual([unlinked.id, retired.id].toSorted());
      });

      test('finds a person who has a key several times once', async () => {
        const tenant = aTenant();
        const { id } = await put(tenant, { emails: ['a@x', 'A@x', 'a@X'] });
        expect(await idsBy(tenant, 'emails', 'a@x')).toEqual([id]);
      });

      test('finds somebody by each of very many values', async () => {
        const tenant = aTenant();
        const person = { groups: Array.from({ length: 300 }, (_, at) => `group ${at}`) };
        const { id } = await put(tenant, person);
        for (const at of [0, 150, 299]) expect(await idsBy(tenant, 'groups', `Group ${at}`)).toEqual([id]);
      });

      test('gives the first ones by id, as many as are asked for', async () => {
        const tenant = aTenant();
        const ids = Array.from({ length: 12 }, () => randomUUID());
        // One of each kind in turns, and not in the order of ids.
        for (const [at, id] of ids.entries()) await (at % 2 ? put(tenant, ANN, id) : insertRetired({ tenant, id, person: ANN }));
        for (const limit of [1, 2, 7, 12, 50]) expect(await idsBy(tenant, 'login', 'ann', limit)).toEqual(ids.toSorted().slice(0, limit));
      });

      test.each<[string, (tenant: TenantKey, id: string) => Promise<unknown>]>([
        ['was removed', async (tenant, id) => store.users.remove(tenant, (await insertRetired({ tenant, id, person: ANN })).id, 2, NOW)],
        [
          'came back',
          async (tenant, id) => {
            const retired = await insertRetired({ tenant, id, person: ANN });
            return store.users.revive({ ...retired, version: 3, deletedAt: null }, 2);
          },
        ],
        ['was adopted', async (tenant, id) => store.existing.adopt(adopter(tenant, await put(tenant, ANN, id)), ANN)],
        ['is visible and was made anew', async (tenant, id) => store.upkeep.refresh([await insert({ tenant, id, person: ANN })])],
      ])('counts nobody towards the limit who %s', async (_, makeLost) => {
        const tenant = aTenant();
        const [lost, last] = [randomUUID(), randomUUID()].toSorted() as [string, string];
        expect(await makeLost(tenant, lost)).toBeTruthy();
        const retired = await insertRetired({ tenant, id: last, person: ANN });
        expect(await find(tenant, 'login', 'ann', 1)).toStrictEqual([{ kind: 'retired', user: retired }]);
      });

      test('orders ids as a binary comparison does', async () => {
        const tenant = aTenant();
        const suffix = randomUUID();
        const ids = ['B', 'a', 'b', 'ä', '10', '9', '_'].map((start) => `${start}-${suffix}`);
        for (const id of ids) await put(tenant, ANN, id);
        expect(await idsBy(tenant, 'login', 'ann')).toEqual(ids.toSorted());
      });

      test('finds nobody who is visible, of another tenant or not there', async () => {
        const tenant = aTenant();
        await insert({ tenant, person: ANN });
        await put(aTenant());
        await insertRetired({ tenant: aTenant(), person: ANN });
        for (const [target, value] of [['login', 'ann'] as const, ['login', 'bob'] as const])
          expect(await find(tenant, target, value)).toEqual([]);
        expect(await store.existing.findByKey(tenant, '', 10)).toEqual([]);
      });

      test('follows a person who is retired, revived, changed, retired again and removed', async () => {
        const tenant = aTenant();
        const retired = await insertRetired({ tenant, person: ANN });
        expect(await find(tenant, 'login', 'ann')).toStrictEqual([{ kind: 'retired', user: retired }]);
        const revived = { ...retired, version: 3, deletedAt: null };
        expect(await store.users.revive(revived, 2)).toBe(true);
        expect(await find(tenant, 'login', 'ann')).toEqual([]);
        const changed = { ...revived, version: 4, person: { login: 'anna' } };
        expect(await store.users.replace(changed, 3)).toBe(true);
        expect(await find(tenant, 'login', 'anna')).toEqual([]);
        // What DELETE leaves is another record again.
        const again = { ...changed, version: 5, person: { login: 'anna', state: 'gone' }, deletedAt: NOW };
        expect(await store.users.retire(again, 4)).toBe(true);
        expect(await find(tenant, 'login', 'ann')).toEqual([]);
        for (const [target, value] of [['login', 'anna'] as const, ['state', 'gone'] as const]) {
          expect(await find(tenant, target, value)).toStrictEqual([{ kind: 'retired', user: again }]);
        }
        expect(await store.users.remove(tenant, again.id, 5, NOW)).toBe(true);
        expect(await find(tenant, 'login', 'anna')).toEqual([]);
      });

      test('finds who stayed retired when a revival was lost or refused', async () => {
        const tenant = aTenant();
        const retired = await insertRetired({ tenant, person: ANN, resource: { userName: 'ann' } });
        const visible = { ...retired, version: 3, deletedAt: null };
        expect(await store.users.revive(visible, 1)).toBe(false);
        await insert({ tenant, resource: { userName: 'ANN' } });
        await expect(store.users.revive(visible, 2)).rejects.toThrow(UserNameTakenError);
        expect(await store.users.remove(tenant, retired.id, 1, NOW)).toBe(false);
        expect(await find(tenant, 'login', 'ann')).toStrictEqual([{ kind: 'retired', user: retired }]);
      });
    });

    describe('put', () => {
      test.each<[string, PersonRecord]>([
        ['an empty record', {}],
        ['records and lists in each other', { a: { b: { c: [1, [true, { d: 'x' }]] } }, e: [], f: {}, g: '' }],
        ['numbers of each kind', { a: 0, b: -1.5, c: Number.MAX_SAFE_INTEGER, d: 1e300, e: 5e-324, f: 2 ** 31 }],
        ['names that mean something to a database', { $set: { $ref: 'x' }, 'a.b': { 'c.$d': 1 }, '%2E': 2, '': 3, 'nul\u0000': 4 }],
        ['names that mean something to JavaScript', JSON.parse('{"__proto__":{"x":1},"constructor":2,"_bsontype":"Long"}')],
      ])('keeps a record as it was: %s', async (_, record) => {
        const tenant = aTenant();
        const unlinked = await put(tenant, { ...record, login: 'ann' });
        expect(await find(tenant, 'login', 'ann')).toStrictEqual([{ kind: 'unlinked', ...unlinked }]);
        expect(await store.existing.put(tenant, unlinked)).toBe('unchanged');
      });

      test('adds, leaves alone and replaces, keys included', async () => {
        const tenant = aTenant();
        const { id } = await put(tenant, { login: 'ann', old: 'x', same: 1 });
        expect(await store.existing.put(tenant, { id, person: { login: 'ann', old: 'x', same: 1 } })).toBe('unchanged');
        const person = { login: 'anna', fresh: { at: 'y' }, same: 1 };
        expect(await store.existing.put(tenant, { id, person })).toBe('changed');
        for (const [target, value] of [['login', 'ann'] as const, ['old', 'x'] as const])
          expect(await find(tenant, target, value)).toEqual([]);
        for (const [target, value] of [['login', 'anna'] as const, ['fresh.at', 'y'] as const, ['same', 1] as const]) {
          expect(await find(tenant, target, value)).toStrictEqual([{ kind: 'unlinked', id, person }]);
        }
        expect(await store.existing.put(tenant, { id, person })).toBe('unchanged');
      });

      test('adds a person once when 20 do it at once', async () => {
        const tenant = aTenant();
        const id = randomUUID();
        const outcomes = await Promise.all(Array.from({ length: 20 }, () => store.existing.put(tenant, { id, person: ANN })));
        expect(outcomes.toSorted()).toEqual(['created', ...Array<string>(19).fill('unchanged')]);
        expect(await find(tenant, 'login', 'ann')).toStrictEqual([{ kind: 'unlinked', id, person: ANN }]);
      });

      test('keeps one of 20 records that come at once, with its keys and no others', async () => {
        const tenant = aTenant();
        const id = randomUUID();
        await Promise.all(Array.from({ length: 20 }, (_, at) => store.existing.put(tenant, { id, person: { all: 'x', own: `p${at}` } })));
        const [kept] = await find(tenant, 'all', 'x');
        expect(kept).toMatchObject({ kind: 'unlinked', id });
        const found = await Promise.all(Array.from({ length: 20 }, (_, at) => find(tenant, 'own', `p${at}`)));
        expect(found.flat()).toStrictEqual([kept]);
      });

      test('writes nothing over a person of SCIM, visible, retired or adopted', async () => {
        const tenant = aTenant();
        const visible = await insert({ tenant });
        const retired = await insertRetired({ tenant, person: { login: 'gone' } });
        const unlinked = await put(tenant);
        const adopted = adopter(tenant, unlinked);
        expect(await store.existing.adopt(adopted, ANN)).toBe(true);
        for (const { id } of [visible, retired, adopted]) {
          expect(await store.existing.put(tenant, { id, person: { login: 'intruder' } })).toBe('linked');
          expect(await store.existing.put(tenant, { id, person: ANN })).toBe('linked');
        }
        expect(await find(tenant, 'login', 'intruder')).toEqual([]);
        expect(await find(tenant, 'login', 'gone')).toStrictEqual([{ kind: 'retired', user: retired }]);
        expect(await store.users.findById(tenant, visible.id)).toStrictEqual(visible);
        expect(await store.users.findById(tenant, adopted.id)).toStrictEqual(adopted);
      });

      test('writes nothing over somebody of another tenant', async () => {
        const [ours, theirs] = [aTenant(), aTenant()];
        const visible = await insert({ tenant: theirs });
        const retired = await insertRetired({ tenant: theirs });
        const unlinked = await put(theirs);
        for (const { id } of [visible, retired, unlinked]) {
          expect(await store.existing.put(ours, { id, person: ANN })).toBe('linked');
          expect(await store.existing.put(ours, { id, person: { login: 'intruder' } })).toBe('linked');
        }
        for (const value of ['ann', 'intruder']) expect(await find(ours, 'login', value)).toEqual([]);
        expect(await find(theirs, 'login', 'ann')).toStrictEqual([{ kind: 'unlinked', ...unlinked }]);
        expect(await store.users.findById(theirs, visible.id)).toStrictEqual(visible);
      });

      test('adds somebody whose id is free again', async () => {
        const tenant = aTenant();
        const user = await insert({ tenant });
        expect(await store.users.remove(tenant, user.id, 1, NOW)).toBe(true);
        await put(tenant, ANN, user.id);
        expect(await idsBy(tenant, 'login', 'ann')).toEqual([user.id]);
      });
    });

    describe('an unlinked person', () => {
      test('is found by no lookup or scan, and counted nowhere', async () => {
        const tenant = aTenant();
        const { id } = await put(tenant, { userName: 'ann', externalId: 'x1', emails: ['ann@acme.example'] });
        const lookups: UserLookup[] = [
          { by: 'all' },
          { by: 'id', value: id },
          { by: 'userName', value: 'ann' },
          { by: 'externalId', value: 'x1' },
          { by: 'email', value: 'ann@acme.example' },
        ];
        for (const lookup of lookups) {
          expect(await store.users.find(tenant, lookup, FIRST_PAGE)).toEqual({ totalResults: 0, users: [] });
          for await (const page of store.users.scan(tenant, lookup, { after: null, narrow: null })) expect(page).toEqual([]);
        }
        expect(await store.users.findById(tenant, id)).toBeNull();
        expect(await store.users.findRetiredByUserName(tenant, 'ann')).toBeNull();
        expect(await store.users.count(tenant)).toBe(0);
        expect(await store.memberships.typesOf(tenant, [id])).toEqual(new Map());
        expect(await store.upkeep.countOutdated(tenant, 'other')).toBe(0);
        expect(await store.upkeep.findOutdated(tenant, 'other', 10)).toEqual([]);
        expect(await store.upkeep.findRetiredBefore(tenant, NOW, 10)).toEqual([]);
      });

      test('is not written by what writes people of SCIM, nor is a second one made of the id', async () => {
        const tenant = aTenant();
        const unlinked = await put(tenant);
        const user = adopter(tenant, unlinked);
        const outcome = await store.users.insert(user).then(
          () => 'inserted',
          () => 'refused',
        );
        expect(outcome).toBe('refused');
        expect(await store.users.replace({ ...user, version: 2 }, 1)).toBe(false);
        expect(await store.users.retire({ ...user, version: 2, deletedAt: NOW }, 1)).toBe(false);
        expect(await store.users.revive({ ...user, version: 2 }, 1)).toBe(false);
        for (const version of [0, 1]) expect(await store.users.remove(tenant, user.id, version, NOW)).toBe(false);
        expect(await store.upkeep.refresh([user])).toBe(0);
        expect(await find(tenant, 'login', 'ann')).toStrictEqual([{ kind: 'unlinked', ...unlinked }]);
        expect(await store.users.count(tenant)).toBe(0);
      });
    });

    describe('adopt', () => {
      test('makes an unlinked person one of SCIM, whom every lookup finds and no key', async () => {
        const tenant = aTenant();
        const unlinked = await put(tenant);
        const user = adopter(tenant, unlinked, {
          resource: { userName: 'Ann', externalId: 'x1', emails: [{ value: 'Ann@acme.example' }] },
          defaults: { 'a.b': 1 },
          own: { plan: 'gold' },
          projection: '0123456789abcdef',
        });
        expect(await store.existing.adopt(user, ANN)).toBe(true);
        const lookups: UserLookup[] = [
          { by: 'all' },
          { by: 'id', value: user.id },
          { by: 'userName', value: 'ANN' },
          { by: 'externalId', value: 'x1' },
          { by: 'email', value: 'ann@acme.example' },
        ];
        for (const lookup of lookups) {
          expect(await store.users.find(tenant, lookup, FIRST_PAGE)).toStrictEqual({ totalResults: 1, users: [user] });
        }
        expect(await store.users.findById(tenant, user.id)).toStrictEqual(user);
        expect(await store.users.count(tenant)).toBe(1);
        expect(await store.memberships.typesOf(tenant, [user.id])).toEqual(new Map([[user.id, 'User']]));
        for (const key of matchKeys({ ...ANN, role: 'admin' })) expect(await store.existing.findByKey(tenant, key, 10)).toEqual([]);
      });

      test('makes a person who lives on like any other', async () => {
        const tenant = aTenant();
        const unlinked = await put(tenant);
        const user = adopter(tenant, unlinked);
        expect(await store.existing.adopt(user, ANN)).toBe(true);
        const group = aStoredGroup({ tenant });
        await store.groups.insert(group, [{ id: user.id, type: 'User' }]);
        expect(await store.users.replace({ ...user, version: 2 }, 1)).toBe(true);
        const retired = { ...user, version: 3, person: { login: 'left' }, deletedAt: NOW };
        expect(await store.users.retire(retired, 2)).toBe(true);
        expect(await store.users.count(tenant)).toBe(0);
        expect(await find(tenant, 'login', 'ann')).toEqual([]);
        expect(await find(tenant, 'login', 'left')).toStrictEqual([{ kind: 'retired', user: retired }]);
        expect(await store.existing.adopt({ ...user, version: 1 }, { login: 'left' })).toBe(false);
        expect(await store.users.revive({ ...retired, version: 4, deletedAt: null }, 3)).toBe(true);
        expect(await store.memberships.members(tenant, group.id, { after: null, limit: 10 })).toEqual([{ id: user.id, type: 'User' }]);
      });

      test('lets one of 20 who adopt one person win', async () => {
        const tenant = aTenant();
        const unlinked = await put(tenant);
        const adopters = Array.from({ length: 20 }, (_, at) => adopter(tenant, unlinked, { resource: { userName: `ann ${at}` } }));
        const outcomes = await Promise.all(adopters.map((user) => store.existing.adopt(user, ANN)));
        expect(outcomes.filter(Boolean)).toEqual([true]);
        expect(await store.users.find(tenant, { by: 'all' }, FIRST_PAGE)).toStrictEqual({
          totalResults: 1,
          users: [adopters[outcomes.indexOf(true)]],
        });
        expect(await store.users.count(tenant)).toBe(1);
        expect(await find(tenant, 'login', 'ann')).toEqual([]);
      });

      test('gives a userName to one of 20 people who are adopted with it at once', async () => {
        const tenant = aTenant();
        const people = await Promise.all(Array.from({ length: 20 }, () => put(tenant)));
        const outcomes = await Promise.allSettled(
          people.map((unlinked) => store.existing.adopt(adopter(tenant, unlinked, { resource: { userName: 'race' } }), ANN)),
        );
        const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
        expect(lost).toHaveLength(19);
        expect(lost.every((reason) => reason instanceof UserNameTakenError)).toBe(true);
        const winner = people[outcomes.findIndex(({ status }) => status === 'fulfilled')]!;
        expect((await store.users.find(tenant, { by: 'all' }, FIRST_PAGE)).users.map(({ id }) => id)).toEqual([winner.id]);
        const left = people.filter(({ id }) => id !== winner.id).map(({ id }) => id);
        expect(await idsBy(tenant, 'login', 'ann', 50)).toEqual(left.toSorted());
      });

      test('leaves everything when the userName is taken', async () => {
        const tenant = aTenant();
        const other = await insert({ tenant, resource: { userName: 'ann' } });
        const unlinked = await put(tenant);
        await expect(store.existing.adopt(adopter(tenant, unlinked, { resource: { userName: 'ANN' } }), ANN)).rejects.toThrow(
          UserNameTakenError,
        );
        expect(await find(tenant, 'login', 'ann')).toStrictEqual([{ kind: 'unlinked', ...unlinked }]);
        expect(await store.users.find(tenant, { by: 'all' }, FIRST_PAGE)).toStrictEqual({ totalResults: 1, users: [other] });
        expect(await store.users.count(tenant)).toBe(1);
      });

      test.each<[string, PersonRecord, boolean]>([
        ['the same', { login: 'ann', list: [1, 2], inner: { a: 1, b: 2 } }, true],
        ['another value', { login: 'anna', list: [1, 2], inner: { a: 1, b: 2 } }, false],
        ['another order of a list', { login: 'ann', list: [2, 1], inner: { a: 1, b: 2 } }, false],
        ['a field more', { login: 'ann', list: [1, 2], inner: { a: 1, b: 2 }, more: '' }, false],
        ['a field less', { login: 'ann', list: [1, 2], inner: { a: 1 } }, false],
        ['a number as text', { login: 'ann', list: [1, '2'], inner: { a: 1, b: 2 } }, false],
        ['nothing', {}, false],
      ])('compares the record with the one that was expected: %s', async (_, expected, adopted) => {
        const tenant = aTenant();
        const unlinked = await put(tenant, { login: 'ann', list: [1, 2], inner: { a: 1, b: 2 } });
        expect(await store.existing.adopt(adopter(tenant, unlinked), expected)).toBe(adopted);
        expect(await store.users.count(tenant)).toBe(adopted ? 1 : 0);
        expect(await find(tenant, 'login', 'ann')).toStrictEqual(adopted ? [] : [{ kind: 'unlinked', ...unlinked }]);
      });

      test('takes a record as findByKey gave it, whatever names it has', async () => {
        const tenant = aTenant();
        const unlinked = await put(
          tenant,
          JSON.parse('{"login":"ann","__proto__":{"$x":1},"a.b":{"c.$d":[{"":"%2E"}]},"_bsontype":"Long"}'),
        );
        const [found] = await find(tenant, 'login', 'ann');
        expect(found).toStrictEqual({ kind: 'unlinked', ...unlinked });
        expect(await store.existing.adopt(adopter(tenant, unlinked), unlinked.person)).toBe(true);
      });

      test('is refused for an id of nobody, of a person of SCIM and of another tenant', async () => {
        const tenant = aTenant();
        const unlinked = await put(tenant);
        const visible = await insert({ tenant, person: ANN });
        const retired = await insertRetired({ tenant, person: ANN });
        expect(await store.existing.adopt(aStoredUser({ tenant }), ANN)).toBe(false);
        expect(await store.existing.adopt(adopter(tenant, visible, { resource: { userName: 'else' } }), ANN)).toBe(false);
        expect(await store.existing.adopt(adopter(tenant, retired, { resource: { userName: 'else' } }), ANN)).toBe(false);
        const stranger = aTenant();
        expect(await store.existing.adopt(adopter(stranger, unlinked), ANN)).toBe(false);
        expect(await store.users.count(stranger)).toBe(0);
        expect(await store.users.find(tenant, { by: 'all' }, FIRST_PAGE)).toStrictEqual({ totalResults: 1, users: [visible] });
        expect(await idsBy(tenant, 'login', 'ann')).toEqual([unlinked.id, retired.id].toSorted());
      });

      test('and a put of another record at once: one of them comes first', async () => {
        const tenant = aTenant();
        for (let round = 0; round < 10; round += 1) {
          const unlinked = await put(tenant, { login: `ann ${round}` });
          const [adopted, outcome] = await Promise.all([
            store.existing.adopt(adopter(tenant, unlinked), unlinked.person),
            store.existing.put(tenant, { id: unlinked.id, person: { login: `bob ${round}` } }),
          ]);
          expect([adopted, outcome]).toEqual(outcome === 'linked' ? [true, 'linked'] : [false, 'changed']);
          expect((await store.users.findById(tenant, unlinked.id)) !== null).toBe(adopted);
          expect(await idsBy(tenant, 'login', `ann ${round}`)).toEqual([]);
          expect(await idsBy(tenant, 'login', `bob ${round}`)).toEqual(adopted ? [] : [unlinked.id]);
        }
      });
    });
  });
}

function aTenant(): TenantKey {
  return `team-hr/t-${randomUUID()}`;
}

/** Those with these ids, by id. */
function inOrder<T>(found: readonly T[], ids: readonly string[]): T[] {
  return found
    .map((each, at) => ({ each, id: ids[at] ?? '' }))
    .toSorted((left, right) => (left.id < right.id ? -1 : 1))
    .map(({ each }) => each);
}
