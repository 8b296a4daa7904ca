import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseFilter } from '#common/scim/parse-filter.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { GroupLookup } from '#scim-service/domain/group-lookup.ts';
import type { Member, StoredGroup } from '#scim-service/domain/stored-group.ts';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import { DisplayNameTakenError } from '#scim-service/provisioning/group-store.ts';
import { UserNameTakenError } from '#scim-service/provisioning/user-store.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import type { ScanOptions } from '#scim-service/provisioning/store-range.ts';
import { aStoredGroup, type StoredGroupOverrides } from '../support/a-group.ts';
import { aStoredUser, type StoredUserOverrides } from '../support/a-user.ts';
import type { OpenedStore } from './user-store-contract.ts';

const FIRST_PAGE = { offset: 0, limit: 100 };
/** Of writes: later than what aStoredGroup and aStoredUser give. */
const NOW = new Date('2026-11-24T11:00:00.000Z');
const WHOLE: ScanOptions = { after: null, narrow: null };

/** What the `groups` and `memberships` of every store promise. Each test works in a tenant of its own, so one store serves them all. */
export function describeGroupStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a store of groups`, () => {
    let opened: OpenedStore;
    let users: ScimStore['users'];
    let groups: ScimStore['groups'];
    let memberships: ScimStore['memberships'];

    beforeAll(async () => {
      opened = await open();
      ({ users, groups, memberships } = opened.store);
    });

    afterAll(() => opened.close());

    async function insert(overrides: StoredGroupOverrides, members: readonly Member[] = []): Promise<StoredGroup> {
      const group = aStoredGroup(overrides);
      await groups.insert(group, members);
      return group;
    }

    async function insertUser(tenant: TenantKey, overrides: StoredUserOverrides = {}): Promise<StoredUser> {
      const user = aStoredUser({ ...overrides, tenant });
      await users.insert(user);
      return user;
    }

    async function insertUsers(tenant: TenantKey, count: number): Promise<Member[]> {
      const made = Array.from({ length: count }, () => aStoredUser({ tenant }));
      for (let from = 0; from < count; from += 50) await Promise.all(made.slice(from, from + 50).map((user) => users.insert(user)));
      return made.map(asMember);
    }

    async function insertGroupOf(count: number): Promise<{ tenant: TenantKey; group: StoredGroup; people: Member[] }> {
      const tenant = aTenant();
      const people = await insertUsers(tenant, count);
      return { tenant, group: await insert({ tenant }, people), people };
    }

    async function idsBy(tenant: TenantKey, lookup: GroupLookup): Promise<string[]> {
      return (await groups.find(tenant, lookup, FIRST_PAGE)).groups.map(({ id }) => id);
    }

    async function scanned(tenant: TenantKey, lookup: GroupLookup, options = WHOLE): Promise<string[]> {
      const ids: string[] = [];
      for await (const page of groups.scan(tenant, lookup, options)) ids.push(...page.map(({ id }) => id));
      return ids;
    }

    async function membersOf({ tenant, id }: StoredGroup): Promise<readonly Member[]> {
      return memberships.members(tenant, id, { after: null, limit: 1_000 });
    }

    async function versionOf({ tenant, id }: StoredGroup): Promise<number | undefined> {
      return (await groups.findById(tenant, id))?.version;
    }

    function add({ tenant, id }: StoredGroup, members: readonly Member[], expectedVersion: number | null = null) {
      return groups.changeMembers(tenant, id, { add: members, remove: [] }, expectedVersion, NOW);
    }

    function drop({ tenant, id }: StoredGroup, members: readonly Member[], expectedVersion: number | null = null) {
      return groups.changeMembers(tenant, id, { add: [], remove: members.map((member) => member.id) }, expectedVersion, NOW);
    }

    function retired(user: StoredUser): StoredUser {
      return { ...user, version: user.version + 1, lastModified: NOW, deletedAt: NOW };
    }

    async function retire(user: StoredUser): Promise<StoredUser> {
      expect(await users.retire(retired(user), user.version)).toBe(true);
      return retired(user);
    }

    async function revive(retired: StoredUser): Promise<StoredUser> {
      const user = { ...retired, version: retired.version + 1, deletedAt: null };
      expect(await users.revive(user, retired.version)).toBe(true);
      return user;
    }

    describe('content', () => {
      test.each<[string, StoredGroupOverrides]>([
        ['a group with the least', {}],
        ['an externalId', { resource: { externalId: 'g-1' } }],
        [
          'dates to the millisecond',
          { createdAt: new Date('1969-12-31T23:59:59.999Z'), lastModified: new Date('2026-11-24T08:15:42.007Z') },
        ],
        ['text of all scripts', { resource: { displayName: `Zoë 王 🧑‍🚒 e\u0301 \u0000 \u2028 "\\ ${randomUUID()}` } }],
        [
          'names that mean something to a database',
          { resource: { 'urn:x:2.0:Group': { 'a.b': { $c: [{ '%2E': 1 }] }, _bsontype: 'Long' } } },
        ],
      ])('comes back as it was: %s', async (_, overrides) => {
        const group = await insert({ tenant: aTenant(), ...overrides });
        expect(await groups.findById(group.tenant, group.id)).toStrictEqual(group);
        expect(await groups.find(group.tenant, { by: 'all' }, FIRST_PAGE)).toStrictEqual({ totalResults: 1, groups: [group] });
        expect(await membersOf(group)).toEqual([]);
      });

      test('is replaced as a whole, and members stay as they are', async () => {
        const { tenant, group, people } = await insertGroupOf(3);
        const after = next(group, { lastModified: NOW, resource: { displayName: `New ${group.id}`, externalId: 'e' } });
        expect(await groups.replace(after, 1, null)).toBe(true);
        expect(await groups.findById(tenant, group.id)).toStrictEqual(after);
        expect(await membersOf(group)).toEqual(inOrder(people));
        expect(await idsBy(tenant, { by: 'displayName', value: group.resource.displayName })).toEqual([]);
        expect(await idsBy(tenant, { by: 'externalId', value: 'e' })).toEqual([group.id]);
      });

      test('of nobody is null', async () => {
        expect(await groups.findById(aTenant(), randomUUID())).toBeNull();
        expect(await groups.findById(aTenant(), '')).toBeNull();
      });

      test('of a user is null, and a group is no user', async () => {
        const { tenant, group, people } = await insertGroupOf(1);
        expect(await groups.findById(tenant, people[0]!.id)).toBeNull();
        expect(await users.findById(tenant, group.id)).toBeNull();
      });
    });

    describe('displayName', () => {
      test.each([
        ['the same', 'Sales', 'Sales'],
        ['another case', 'Sales Team', 'sALES tEAM'],
        ['another case beyond ASCII', 'ŻÓŁĆ', 'żółć'],
        ['another composition', 'Zoe\u0308', 'ZO\u00cb'],
      ])('is taken by %s', async (_, first, second) => {
        const { tenant } = await insert({ tenant: aTenant(), resource: { displayName: first } });
        await expect(groups.insert(aStoredGroup({ tenant, resource: { displayName: second } }), [])).rejects.toThrow(DisplayNameTakenError);
        expect(await groups.count(tenant)).toBe(1);
      });

      test('goes to one of 20 who ask for it at once, and the others leave no members', async () => {
        const tenant = aTenant();
        const [person] = await insertUsers(tenant, 1);
        const made = Array.from({ length: 20 }, (_, at) => aStoredGroup({ tenant, resource: { displayName: at % 2 ? 'race' : 'RACE' } }));
        const outcomes = await Promise.allSettled(made.map((group) => groups.insert(group, [person!])));
        const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
        expect(lost).toHaveLength(19);
        expect(lost.every((reason) => reason instanceof DisplayNameTakenError)).toBe(true);
        const winner = made[outcomes.findIndex(({ status }) => status === 'fulfilled')]!;
        expect(await groups.find(tenant, { by: 'all' }, FIRST_PAGE)).toStrictEqual({ totalResults: 1, groups: [winner] });
        expect(await memberships.groupsOf(tenant, [person!.id])).toEqual([
          { member: person!.id, group: winner.id, displayName: winner.resource.displayName },
        ]);
      });

      test('cannot be changed to one that is taken, and then nothing changes, members included', async () => {
        const { tenant, group, people } = await insertGroupOf(2);
        await insert({ tenant, resource: { displayName: 'taken' } });
        const change = next(group, { resource: { displayName: 'TAKEN' } });
        await expect(groups.replace(change, 1, [])).rejects.toThrow(DisplayNameTakenError);
        expect(await groups.findById(tenant, group.id)).toStrictEqual(group);
        expect(await membersOf(group)).toEqual(inOrder(people));
      });

      test('can change its own case, and is free once it was changed or its group removed', async () => {
        const tenant = aTenant();
        const first = await insert({ tenant, resource: { displayName: 'sales' } });
        expect(await groups.replace(next(first, { resource: { displayName: 'Sales' } }), 1, null)).toBe(true);
        expect(await groups.replace(next(first, { version: 3, resource: { displayName: 'Trade' } }), 2, null)).toBe(true);
        const second = await insert({ tenant, resource: { displayName: 'SALES' } });
        expect(await groups.remove(tenant, second.id, 1, NOW)).toBe(true);
        const third = await insert({ tenant, resource: { displayName: 'sales' } });
        expect(await idsBy(tenant, { by: 'displayName', value: 'Sales' })).toEqual([third.id]);
      });
    });

    describe('a write that compares versions', () => {
      test('lets one of 50 writers of one version win', async () => {
        const group = await insert({ tenant: aTenant() });
        const writers = Array.from({ length: 50 }, (_, at) => next(group, { resource: { ...group.resource, externalId: `w${at}` } }));
        const outcomes = await Promise.all(writers.map((writer) => groups.replace(writer, 1, null)));
        expect(outcomes.filter(Boolean)).toEqual([true]);
        expect(await groups.findById(group.tenant, group.id)).toStrictEqual(writers[outcomes.indexOf(true)]);
      });

      test('is refused for another version and for nobody, and then no member changes', async () => {
        const { tenant, people } = await insertGroupOf(1);
        const group = await insert({ tenant, version: 4 }, people);
        expect(await groups.replace(next(group, {}), 3, [])).toBe(false);
        expect(await groups.replace(next(group, {}), 5, [])).toBe(false);
        expect(await groups.replace(next(aStoredGroup({ tenant }), {}), 1, people)).toBe(false);
        expect(await groups.remove(tenant, group.id, 3, NOW)).toBe(false);
        expect(await groups.remove(tenant, randomUUID(), 4, NOW)).toBe(false);
        expect(await groups.findById(tenant, group.id)).toStrictEqual(group);
        expect(await membersOf(group)).toEqual(people);
      });

      test('lets either the remover or the replacer of one version win', async () => {
        const tenant = aTenant();
        for (let round = 0; round < 10; round += 1) {
          const group = await insert({ tenant });
          const [removed, replaced] = await Promise.all([
            groups.remove(tenant, group.id, 1, NOW),
            groups.replace(next(group, {}), 1, null),
          ]);
          expect([removed, replaced].filter(Boolean)).toEqual([true]);
          expect((await groups.findById(tenant, group.id)) === null).toBe(removed);
        }
      });
    });

    describe('changing members', () => {
      test('adds and removes, and gives the group the next version', async () => {
        const { tenant, group, people } = await insertGroupOf(2);
        const [newcomer] = await insertUsers(tenant, 1);
        const change = { add: [newcomer!], remove: [people[0]!.id] };
        const changed = await groups.changeMembers(tenant, group.id, change, null, NOW);
        expect(changed).toStrictEqual(next(group, { lastModified: NOW }));
        expect(await groups.findById(tenant, group.id)).toStrictEqual(changed);
        expect(await membersOf(group)).toEqual(inOrder([people[1]!, newcomer!]));
      });

      test('never takes lastModified back in time', async () => {
        const tenant = aTenant();
        const later = new Date(NOW.getTime() + 60_000);
        const group = await insert({ tenant, lastModified: later });
        expect(await add(group, await insertUsers(tenant, 1))).toStrictEqual(next(group, {}));
        expect((await groups.findById(tenant, group.id))?.lastModified).toEqual(later);
      });

      test('50 at once that add one each: all are there, and each has made a version', async () => {
        const tenant = aTenant();
        const group = await insert({ tenant });
        const people = await insertUsers(tenant, 50);
        const results = await Promise.all(people.map((person) => add(group, [person])));
        expect(results.map((result) => (typeof result === 'string' ? result : result.version)).toSorted(byNumber)).toEqual(
          Array.from({ length: 50 }, (_, at) => at + 2),
        );
        expect(await membersOf(group)).toEqual(inOrder(people));
        expect(await versionOf(group)).toBe(51);
      });

      test('20 at once that add the same one: it is there once, and that is one version', async () => {
        const tenant = aTenant();
        const group = await insert({ tenant });
        const people = await insertUsers(tenant, 1);
        const results = await Promise.all(Array.from({ length: 20 }, () => add(group, people)));
        for (const result of results) expect(result).toStrictEqual(next(group, { lastModified: NOW }));
        expect(await membersOf(group)).toEqual(people);
        expect(await versionOf(group)).toBe(2);
      });

      test('20 at once that remove one each: all are gone', async () => {
        const { group, people } = await insertGroupOf(20);
        await Promise.all(people.map((person) => drop(group, [person])));
        expect(await membersOf(group)).toEqual([]);
        expect(await versionOf(group)).toBe(21);
      });

      test('adding who is there and removing who is not changes nothing', async () => {
        const { tenant, group, people } = await insertGroupOf(2);
        const [stranger] = await insertUsers(tenant, 1);
        expect(await add(group, people)).toStrictEqual(group);
        expect(await drop(group, [stranger!, { id: randomUUID(), type: 'User' }])).toStrictEqual(group);
        expect(await groups.changeMembers(tenant, group.id, { add: [], remove: [] }, null, NOW)).toStrictEqual(group);
        expect(await groups.findById(tenant, group.id)).toStrictEqual(group);
        expect(await membersOf(group)).toEqual(inOrder(people));
      });

      test('of which a part is news changes that part and the version once', async () => {
        const { tenant, group, people } = await insertGroupOf(3);
        const newcomers = await insertUsers(tenant, 2);
        expect(await add(group, [...people, ...newcomers])).toMatchObject({ version: 2 });
        expect(await membersOf(group)).toEqual(inOrder([...people, ...newcomers]));
      });

      test('tells when the group is gone', async () => {
        const { tenant, group, people } = await insertGroupOf(1);
        expect(await add(aStoredGroup({ tenant }), people)).toBe('gone');
        expect(await groups.remove(tenant, group.id, 1, NOW)).toBe(true);
        expect(await add(group, people)).toBe('gone');
        expect(await add(group, people, 1)).toBe('gone');
        expect(await memberships.groupsOf(tenant, [people[0]!.id])).toEqual([]);
      });

      test('with an expected version happens at that version alone', async () => {
        const { tenant, group, people } = await insertGroupOf(2);
        const newcomers = await insertUsers(tenant, 10);
        expect(await add(group, newcomers, 2)).toBe('stale');
        expect(await drop(group, people, 7)).toBe('stale');
        expect(await membersOf(group)).toEqual(inOrder(people));
        const results = await Promise.all(newcomers.map((newcomer) => add(group, [newcomer], 1)));
        expect(results.filter((result) => result !== 'stale')).toHaveLength(1);
        expect(await versionOf(group)).toBe(2);
        expect(await membersOf(group)).toHaveLength(3);
        // What is so already needs the version no less.
        expect(await add(group, people, 1)).toBe('stale');
        expect(await add(group, people, 2)).toMatchObject({ version: 2 });
      });

      test('and replacing the group at one time: both are done, or the replacement is told that it came too late', async () => {
        const tenant = aTenant();
        for (let round = 0; round < 10; round += 1) {
          const group = await insert({ tenant });
          const people = await insertUsers(tenant, 1);
          const replacement = next(group, { resource: { ...group.resource, externalId: 'e' } });
          const [changed, replaced] = await Promise.all([add(group, people), groups.replace(replacement, 1, null)]);
          expect(changed).toMatchObject({ version: replaced ? 3 : 2 });
          expect((await groups.findById(tenant, group.id))?.resource['externalId']).toBe(replaced ? 'e' : undefined);
          expect(await membersOf(group)).toEqual(people);
        }
      });
    });

    describe('the whole list of members', () => {
      test('takes the place of the one that was there', async () => {
        const { tenant, group, people } = await insertGroupOf(5);
        const newcomers = await insertUsers(tenant, 2);
        const list = [...people.slice(2), ...newcomers];
        expect(await groups.replace(next(group, {}), 1, list)).toBe(true);
        expect(await membersOf(group)).toEqual(inOrder(list));
        expect(await memberships.groupsOf(tenant, [people[0]!.id])).toEqual([]);
        expect(await versionOf(group)).toBe(2);
      });

      test('may be empty', async () => {
        const { group } = await insertGroupOf(3);
        expect(await groups.replace(next(group, {}), 1, [])).toBe(true);
        expect(await membersOf(group)).toEqual([]);
      });

      test('one of 10 writers of one version wins with all of its members', async () => {
        const { tenant, group } = await insertGroupOf(2);
        const lists = await Promise.all(Array.from({ length: 10 }, () => insertUsers(tenant, 5)));
        const outcomes = await Promise.all(lists.map((list) => groups.replace(next(group, {}), 1, list)));
        expect(outcomes.filter(Boolean)).toEqual([true]);
        expect(await membersOf(group)).toEqual(inOrder(lists[outcomes.indexOf(true)]!));
      });

      test('of 2,500 can be written, made one more, and read again', async () => {
        const tenant = aTenant();
        const people = await insertUsers(tenant, 2_500);
        const group = await insert({ tenant }, people);
        expect(await groups.replace(next(group, {}), 1, people.slice(1))).toBe(true);
        expect(await add(group, people.slice(0, 1))).toMatchObject({ version: 3 });
        const read: Member[] = [];
        for (;;) {
          const page = await memberships.members(tenant, group.id, { after: read.at(-1)?.id ?? null, limit: 400 });
          read.push(...page);
          if (page.length < 400) break;
        }
        expect(read).toEqual(inOrder(people));
        expect(
          (
            await memberships.typesOf(
              tenant,
              people.map(({ id }) => id),
            )
          ).size,
        ).toBe(2_500);
        const found = await memberships.groupsOf(
          tenant,
          people.map(({ id }) => id),
        );
        expect(new Set(found.map(({ member }) => member)).size).toBe(2_500);
      }, 60_000);
    });

    describe('members', () => {
      test.each([1, 2, 3, 7, 100])('come in the order of their ids, %i at a time', async (limit) => {
        const { tenant, group, people } = await insertGroupOf(7);
        const read: Member[] = [];
        for (;;) {
          const page = await memberships.members(tenant, group.id, { after: read.at(-1)?.id ?? null, limit });
          expect(page.length).toBeLessThanOrEqual(limit);
          if (page.length === 0) break;
          read.push(...page);
        }
        expect(read).toEqual(inOrder(people));
      });

      test('begin after an id that is no member', async () => {
        const { tenant, group, people } = await insertGroupOf(5);
        const after = '80000000-0000-4000-8000-000000000000';
        expect(await memberships.members(tenant, group.id, { after, limit: 100 })).toEqual(inOrder(people).filter(({ id }) => id > after));
      });

      test('are users and groups', async () => {
        const tenant = aTenant();
        const person = asMember(await insertUser(tenant));
        const child = asGroupMember(await insert({ tenant }));
        const parent = await insert({ tenant }, [person, child]);
        expect(await membersOf(parent)).toEqual(inOrder([person, child]));
        expect(await memberships.groupsOf(tenant, [child.id])).toEqual([
          { member: child.id, group: parent.id, displayName: parent.resource.displayName },
        ]);
      });

      test('of no group are none', async () => {
        expect(await memberships.members(aTenant(), randomUUID(), { after: null, limit: 10 })).toEqual([]);
      });
    });

    describe('groupsOf', () => {
      test('gives all direct groups of many members, and nothing for those in none', async () => {
        const tenant = aTenant();
        const [ann, bob, cid] = await insertUsers(tenant, 3);
        const child = await insert({ tenant, resource: { displayName: 'Child' } }, [ann!]);
        const other = await insert({ tenant, resource: { displayName: 'Other' } }, [ann!, bob!]);
        const parent = await insert({ tenant, resource: { displayName: 'Parent' } }, [asGroupMember(child)]);
        const found = await memberships.groupsOf(tenant, [ann!.id, bob!.id, cid!.id, child.id, ann!.id, randomUUID()]);
        expect(found).toHaveLength(4);
        expect(found).toEqual(
          expect.arrayContaining([
            { member: ann!.id, group: child.id, displayName: 'Child' },
            { member: ann!.id, group: other.id, displayName: 'Other' },
            { member: bob!.id, group: other.id, displayName: 'Other' },
            { member: child.id, group: parent.id, displayName: 'Parent' },
          ]),
        );
        expect(await memberships.groupsOf(tenant, [])).toEqual([]);
      });

      test('tells the displayName as it is now', async () => {
        const { tenant, group, people } = await insertGroupOf(1);
        await groups.replace(next(group, { resource: { displayName: 'Renamed "\u0000 王' } }), 1, null);
        expect(await memberships.groupsOf(tenant, [people[0]!.id])).toEqual([
          { member: people[0]!.id, group: group.id, displayName: 'Renamed "\u0000 王' },
        ]);
      });
    });

    describe('typesOf', () => {
      test('tells users from groups and leaves out who is not there', async () => {
        const tenant = aTenant();
        const user = await insertUser(tenant);
        const gone = await retire(await insertUser(tenant));
        const group = await insert({ tenant });
        const stranger = await insertUser(aTenant());
        const ids = [user.id, gone.id, group.id, stranger.id, randomUUID(), '', user.id, user.id.toUpperCase()];
        expect(await memberships.typesOf(tenant, ids)).toEqual(
          new Map([
            [user.id, 'User'],
            [group.id, 'Group'],
          ]),
        );
        expect(await memberships.typesOf(tenant, [])).toEqual(new Map());
      });
    });

    describe('a retired person', () => {
      test('is a member no more, and each of the groups has a new version', async () => {
        const tenant = aTenant();
        const user = await insertUser(tenant);
        const other = await insertUser(tenant);
        const both = await insert({ tenant }, [asMember(user), asMember(other)]);
        const alone = await insert({ tenant }, [asMember(user)]);
        const without = await insert({ tenant }, [asMember(other)]);
        await retire(user);
        expect(await membersOf(both)).toEqual([asMember(other)]);
        expect(await membersOf(alone)).toEqual([]);
        expect(await memberships.groupsOf(tenant, [user.id])).toEqual([]);
        expect(await idsBy(tenant, { by: 'member', value: user.id })).toEqual([]);
        expect(await users.find(tenant, { by: 'group', value: alone.id }, FIRST_PAGE)).toEqual({ totalResults: 0, users: [] });
        expect(await groups.findById(tenant, both.id)).toStrictEqual(next(both, { lastModified: NOW }));
        expect(await groups.findById(tenant, alone.id)).toStrictEqual(next(alone, { lastModified: NOW }));
        expect(await groups.findById(tenant, without.id)).toStrictEqual(without);
      });

      test('is a member again once revived, and each of the groups has a new version', async () => {
        const tenant = aTenant();
        const user = await insertUser(tenant);
        const group = await insert({ tenant }, [asMember(user)]);
        const revived = await revive(await retire(user));
        expect(await membersOf(group)).toEqual([asMember(user)]);
        expect(await idsBy(tenant, { by: 'member', value: user.id })).toEqual([group.id]);
        expect(await users.find(tenant, { by: 'group', value: group.id }, FIRST_PAGE)).toStrictEqual({ totalResults: 1, users: [revived] });
        expect(await versionOf(group)).toBe(3);
      });

      test('who was taken out of a group meanwhile, by name or by a whole list, stays out of it', async () => {
        const tenant = aTenant();
        const user = await insertUser(tenant);
        const named = await insert({ tenant }, [asMember(user)]);
        const listed = await insert({ tenant }, [asMember(user)]);
        const kept = await insert({ tenant }, [asMember(user)]);
        const retired = await retire(user);
        // Nobody sees that membership, so nobody sees a change.
        expect(await drop(named, [asMember(user)])).toMatchObject({ version: 2 });
        expect(await groups.replace(next(listed, { version: 3 }), 2, [])).toBe(true);
        await revive(retired);
        expect(await membersOf(named)).toEqual([]);
        expect(await membersOf(listed)).toEqual([]);
        expect(await memberships.groupsOf(tenant, [user.id])).toEqual([
          { member: user.id, group: kept.id, displayName: kept.resource.displayName },
        ]);
        expect([await versionOf(named), await versionOf(listed), await versionOf(kept)]).toEqual([2, 3, 3]);
      });

      test('does not change the groups when the version is another', async () => {
        const tenant = aTenant();
        const user = await insertUser(tenant);
        const group = await insert({ tenant }, [asMember(user)]);
        expect(await users.retire(retired(user), 2)).toBe(false);
        expect(await users.remove(tenant, user.id, 2, NOW)).toBe(false);
        expect(await membersOf(group)).toEqual([asMember(user)]);
        expect(await groups.findById(tenant, group.id)).toStrictEqual(group);
      });

      test('who cannot come back because the userName is taken is no member', async () => {
        const tenant = aTenant();
        const user = await insertUser(tenant, { resource: { userName: 'ann' } });
        const group = await insert({ tenant }, [asMember(user)]);
        const retired = await retire(user);
        await insertUser(tenant, { resource: { userName: 'ANN' } });
        await expect(users.revive({ ...retired, version: 3, deletedAt: null }, 2)).rejects.toThrow(UserNameTakenError);
        expect(await membersOf(group)).toEqual([]);
        expect(await versionOf(group)).toBe(2);
      });

      test('who is added while being retired is no member, whichever came first', async () => {
        const tenant = aTenant();
        const group = await insert({ tenant });
        for (let round = 0; round < 20; round += 1) {
          const user = await insertUser(tenant);
          await Promise.all([add(group, [asMember(user)]), retire(user)]);
          expect(await membersOf(group)).toEqual([]);
          expect(await memberships.groupsOf(tenant, [user.id])).toEqual([]);
        }
      });
    });

    describe('a removed person', () => {
      test('is a member no more, and each of the groups has a new version', async () => {
        const tenant = aTenant();
        const user = await insertUser(tenant);
        const other = await insertUser(tenant);
        const group = await insert({ tenant }, [asMember(user), asMember(other)]);
        expect(await users.remove(tenant, user.id, 1, NOW)).toBe(true);
        expect(await membersOf(group)).toEqual([asMember(other)]);
        expect(await memberships.groupsOf(tenant, [user.id])).toEqual([]);
        expect(await groups.findById(tenant, group.id)).toStrictEqual(next(group, { lastModified: NOW }));
      });

      test('who was retired before gives the groups no further version', async () => {
        const tenant = aTenant();
        const user = await insertUser(tenant);
        const group = await insert({ tenant }, [asMember(user)]);
        const { version } = await retire(user);
        expect(await users.remove(tenant, user.id, version, NOW)).toBe(true);
        expect(await versionOf(group)).toBe(2);
        expect(await drop(group, [asMember(user)])).toMatchObject({ version: 2 });
      });

      test('who is added while being removed is no member, whichever came first', async () => {
        const tenant = aTenant();
        const group = await insert({ tenant });
        for (let round = 0; round < 20; round += 1) {
          const user = await insertUser(tenant);
          await Promise.all([add(group, [asMember(user)]), users.remove(tenant, user.id, 1, NOW)]);
          expect(await membersOf(group)).toEqual([]);
        }
      });
    });

    describe('a removed group', () => {
      test('is found by nothing, and its memberships are gone both ways', async () => {
        const { tenant, group: child, people } = await insertGroupOf(3);
        const parent = await insert({ tenant }, [asGroupMember(child), ...people.slice(0, 1)]);
        expect(await groups.remove(tenant, child.id, 1, NOW)).toBe(true);
        expect(await groups.findById(tenant, child.id)).toBeNull();
        expect(await idsBy(tenant, { by: 'all' })).toEqual([parent.id]);
        expect(await idsBy(tenant, { by: 'displayName', value: child.resource.displayName })).toEqual([]);
        expect(await groups.count(tenant)).toBe(1);
        expect(await membersOf(child)).toEqual([]);
        expect(await membersOf(parent)).toEqual(people.slice(0, 1));
        const found = await memberships.groupsOf(tenant, [child.id, ...people.map(({ id }) => id)]);
        expect(found).toEqual([{ member: people[0]!.id, group: parent.id, displayName: parent.resource.displayName }]);
        expect(await groups.findById(tenant, parent.id)).toStrictEqual(next(parent, { lastModified: NOW }));
        expect(await users.count(tenant)).toBe(3);
        expect(await groups.remove(tenant, child.id, 1, NOW)).toBe(false);
      });

      test('gets no member any more that is added at the same time', async () => {
        const tenant = aTenant();
        const people = await insertUsers(tenant, 1);
        for (let round = 0; round < 10; round += 1) {
          const group = await insert({ tenant });
          const [changed, removed] = await Promise.all([add(group, people), groups.remove(tenant, group.id, 1, NOW)]);
          expect(changed === 'gone').toBe(removed);
          if (!removed) expect(await groups.remove(tenant, group.id, 2, NOW)).toBe(true);
          expect(await memberships.groupsOf(tenant, [people[0]!.id])).toEqual([]);
          expect(await membersOf(group)).toEqual([]);
        }
      });
    });

    describe('a lookup', () => {
      const tenant = aTenant();
      let sales: StoredGroup;
      let people: Member[];

      beforeAll(async () => {
        people = await insertUsers(tenant, 2);
        sales = await insert({ tenant, resource: { displayName: 'Sales Ä', externalId: 'Ext-1' } }, people);
        await insert({ tenant, resource: { displayName: 'Trade', externalId: 'Ext-2' } }, [people[0]!]);
        await insert({ tenant, resource: { displayName: 'Nobody' } });
      });

      test.each<[Exclude<GroupLookup['by'], 'all'>, string, boolean]>([
        ['displayName', 'Sales Ä', true],
        ['displayName', 'sALES a\u0308', true],
        ['displayName', 'Sales', false],
        ['displayName', '', false],
        ['externalId', 'Ext-1', true],
        ['externalId', 'ext-1', false],
        ['externalId', '', false],
        ['id', '00000000-0000-4000-8000-000000000000', false],
        ['member', '00000000-0000-4000-8000-000000000000', false],
        ['member', '', false],
      ])('by %s %j finds the group: %j', async (by, value, found) => {
        const expected = found ? [sales] : [];
        expect(await groups.find(tenant, { by, value }, FIRST_PAGE)).toStrictEqual({ totalResults: expected.length, groups: expected });
        expect(await scanned(tenant, { by, value })).toEqual(expected.map(({ id }) => id));
      });

      test('by id compares exactly', async () => {
        expect(await idsBy(tenant, { by: 'id', value: sales.id })).toEqual([sales.id]);
        expect(await idsBy(tenant, { by: 'id', value: sales.id.toUpperCase() })).toEqual([]);
        expect(await groups.find(tenant, { by: 'id', value: sales.id }, { offset: 1, limit: 10 })).toEqual({ totalResults: 1, groups: [] });
        expect(await groups.find(tenant, { by: 'id', value: sales.id }, { offset: 0, limit: 0 })).toEqual({ totalResults: 1, groups: [] });
      });

      test('by member finds all direct groups of a user or a group, in pages', async () => {
        const place = aTenant();
        const [person] = await insertUsers(place, 1);
        const made: StoredGroup[] = [];
        for (let at = 0; at < 5; at += 1) made.push(await insert({ tenant: place, createdAt: new Date(1_000 * (5 - at)) }, [person!]));
        const above = await insert({ tenant: place }, [asGroupMember(made[0]!)]);
        const ordered = made.toReversed();
        const lookup: GroupLookup = { by: 'member', value: person!.id };
        expect(await groups.find(place, lookup, FIRST_PAGE)).toStrictEqual({ totalResults: 5, groups: ordered });
        expect(await groups.find(place, lookup, { offset: 3, limit: 1 })).toStrictEqual({ totalResults: 5, groups: [ordered[3]] });
        expect(await scanned(place, lookup, { after: ordered[1]!, narrow: null })).toEqual(ordered.slice(2).map(({ id }) => id));
        expect(await idsBy(place, { by: 'member', value: made[0]!.id })).toEqual([above.id]);
      });

      test('of users by group finds the direct members who are users, oldest first', async () => {
        const place = aTenant();
        const made: StoredUser[] = [];
        for (let at = 0; at < 5; at += 1) made.push(await insertUser(place, { createdAt: new Date(1_000 * (5 - at)) }));
        await insertUser(place);
        const child = await insert({ tenant: place }, [asMember(made[0]!)]);
        const group = await insert({ tenant: place }, [...made.map(asMember), asGroupMember(child)]);
        const ordered = made.toReversed();
        const lookup = { by: 'group', value: group.id } as const;
        expect(await users.find(place, lookup, FIRST_PAGE)).toStrictEqual({ totalResults: 5, users: ordered });
        expect(await users.find(place, lookup, { offset: 3, limit: 1 })).toStrictEqual({ totalResults: 5, users: [ordered[3]] });
        expect(await users.find(place, lookup, { offset: 0, limit: 0 })).toStrictEqual({ totalResults: 5, users: [] });
        const read: string[] = [];
        for await (const page of users.scan(place, lookup, { after: ordered[1]!, narrow: null })) read.push(...page.map(({ id }) => id));
        expect(read).toEqual(ordered.slice(2).map(({ id }) => id));
        expect(await users.find(place, { by: 'group', value: randomUUID() }, FIRST_PAGE)).toEqual({ totalResults: 0, users: [] });
      });
    });

    describe('pages and scans', () => {
      const tenant = aTenant();
      const GROUPS = 640;
      let ordered: StoredGroup[];

      beforeAll(async () => {
        const made = Array.from({ length: GROUPS }, (_, at) =>
          aStoredGroup({ tenant, createdAt: new Date(1_000 * (at % 3)), resource: { externalId: at % 2 ? 'odd' : 'even' } }),
        );
        for (let from = 0; from < GROUPS; from += 50)
          await Promise.all(made.slice(from, from + 50).map((group) => groups.insert(group, [])));
        ordered = byCreation(made);
      });

      test.each([
        [0, 10],
        [638, 10],
        [640, 10],
        [2_000, 10],
        [0, 0],
        [7, 0],
      ])('from %i on, %i of them, are the oldest first, with the total of all', async (offset, limit) => {
        const page = await groups.find(tenant, { by: 'all' }, { offset, limit });
        expect(page).toStrictEqual({ totalResults: GROUPS, groups: ordered.slice(offset, offset + limit) });
      });

      test('count is their total', async () => {
        expect(await groups.count(tenant)).toBe(GROUPS);
        expect(await groups.count(aTenant())).toBe(0);
      });

      test('a scan gives all once, in the order of creation, and goes on from a place', async () => {
        const pages: (readonly StoredGroup[])[] = [];
        for await (const page of groups.scan(tenant, { by: 'all' }, WHOLE)) pages.push(page);
        expect(pages.flat()).toStrictEqual(ordered);
        for (const at of [0, 499, 500, GROUPS - 1]) {
          const rest = ordered.slice(at + 1).map(({ id }) => id);
          expect(await scanned(tenant, { by: 'all' }, { after: ordered[at]!, narrow: null })).toEqual(rest);
        }
        const odd = ordered.filter(({ resource }) => resource['externalId'] === 'odd').map(({ id }) => id);
        expect(await scanned(tenant, { by: 'externalId', value: 'odd' })).toEqual(odd);
        const narrowed = new Set(await scanned(tenant, { by: 'all' }, { after: null, narrow: parseFilter('externalId eq "odd"') }));
        expect(odd.filter((id) => !narrowed.has(id))).toEqual([]);
      });

      test('a scan gives what is there all the time, while others come and go', async () => {
        const place = aTenant();
        const made = byCreation(
          Array.from({ length: GROUPS }, (_, at) => aStoredGroup({ tenant: place, createdAt: new Date(1_000 + (at % 7)) })),
        );
        for (let from = 0; from < GROUPS; from += 50)
          await Promise.all(made.slice(from, from + 50).map((group) => groups.insert(group, [])));
        const seen: string[] = [];
        for await (const page of groups.scan(place, { by: 'all' }, WHOLE)) {
          seen.push(...page.map(({ id }) => id));
          await insert({ tenant: place, createdAt: new Date(0) });
          await groups.remove(place, made.at(-1)!.id, 1, NOW);
        }
        expect(new Set(seen).size).toBe(seen.length);
        const given = new Set(seen);
        expect(made.slice(0, -1).filter(({ id }) => !given.has(id))).toEqual([]);
      });
    });

    describe('another tenant', () => {
      test('neither sees nor changes a group whose id it knows', async () => {
        const { tenant, group, people } = await insertGroupOf(2);
        await groups.replace(next(group, { resource: { ...group.resource, externalId: 'x' } }), 1, null);
        const stranger = aTenant();
        const [theirs] = await insertUsers(stranger, 1);
        expect(await groups.findById(stranger, group.id)).toBeNull();
        const values = { id: group.id, displayName: group.resource.displayName, externalId: 'x', member: people[0]!.id };
        for (const [by, value] of Object.entries(values) as ['id', string][]) {
          expect(await idsBy(stranger, { by, value })).toEqual([]);
          expect(await scanned(stranger, { by, value })).toEqual([]);
        }
        expect(await memberships.members(stranger, group.id, { after: null, limit: 10 })).toEqual([]);
        expect(
          await memberships.groupsOf(
            stranger,
            people.map(({ id }) => id),
          ),
        ).toEqual([]);
        expect(await memberships.typesOf(stranger, [group.id, people[0]!.id])).toEqual(new Map());
        expect(await users.find(stranger, { by: 'group', value: group.id }, FIRST_PAGE)).toEqual({ totalResults: 0, users: [] });
        expect(await groups.replace({ ...next(group, { version: 3 }), tenant: stranger }, 2, [])).toBe(false);
        expect(await groups.remove(stranger, group.id, 2, NOW)).toBe(false);
        expect(await groups.changeMembers(stranger, group.id, { add: [theirs!], remove: [people[0]!.id] }, null, NOW)).toBe('gone');
        expect(await groups.count(stranger)).toBe(0);
        expect(await membersOf(group)).toEqual(inOrder(people));
        expect(await versionOf(group)).toBe(2);
        expect(await idsBy(tenant, { by: 'all' })).toEqual([group.id]);
      });

      test("'s person is never made a member", async () => {
        const { group, people } = await insertGroupOf(1);
        const [theirs] = await insertUsers(aTenant(), 1);
        expect(await add(group, [theirs!])).toStrictEqual(group);
        expect(await membersOf(group)).toEqual(people);
      });

      test('has groups of the same names', async () => {
        const shared = { displayName: 'same', externalId: 'same' };
        const ours = await insert({ tenant: aTenant(), resource: shared });
        const theirs = await insert({ tenant: aTenant(), resource: shared });
        for (const group of [ours, theirs]) {
          expect(await idsBy(group.tenant, { by: 'displayName', value: 'SAME' })).toEqual([group.id]);
          expect(await idsBy(group.tenant, { by: 'externalId', value: 'same' })).toEqual([group.id]);
        }
      });
    });
  });
}

function aTenant(): TenantKey {
  return `team-hr/g-${randomUUID()}`;
}

function asMember({ id }: StoredUser): Member {
  return { id, type: 'User' };
}

function asGroupMember({ id }: StoredGroup): Member {
  return { id, type: 'Group' };
}

function inOrder(members: readonly Member[]): Member[] {
  return members.toSorted((left, right) => (left.id < right.id ? -1 : 1));
}

function byCreation(groups: readonly StoredGroup[]): StoredGroup[] {
  return groups.toSorted((left, right) => Number(left.createdAt) - Number(right.createdAt) || (left.id < right.id ? -1 : 1));
}

function byNumber(left: string | number, right: string | number): number {
  return Number(left) - Number(right);
}

/** What a write would store after `group`. */
function next(group: StoredGroup, changes: Partial<StoredGroup>): StoredGroup {
  return { ...group, version: group.version + 1, ...changes };
}
