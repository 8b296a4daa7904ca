import { beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import type { Member } from '#scim-service/domain/stored-group.ts';
import type { GroupReference } from '#scim-service/domain/user-view.ts';
import { openSqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import type { MembershipStore } from '#scim-service/provisioning/group-store.ts';
import { groupsOfUsers } from '#scim-service/provisioning/users/groups-of-user.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { WHOLE_LIST } from '#scim-service/provisioning/search/search-query.ts';
import { createUserProvisioning, type UserProvisioning } from '#scim-service/provisioning/user-provisioning.ts';
import { aStoredGroup } from '#test/support/a-group.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { aStoredUser } from '#test/support/a-user.ts';

const model = compileTenantModel(aTenantConfig());
const withoutGroups = compileTenantModel(aTenantConfig({ groups: { enabled: false } }));

let store: ScimStore;
let reads: (readonly string[])[];
let memberships: MembershipStore;

beforeEach(() => {
  store = openSqliteStore({ file: ':memory:' });
  reads = [];
  memberships = {
    members: (...parameters) => store.memberships.members(...parameters),
    typesOf: (...parameters) => store.memberships.typesOf(...parameters),
    groupsOf(tenant, ids) {
      reads.push(ids);
      return store.memberships.groupsOf(tenant, ids);
    },
  };
});

async function addUsers(...ids: string[]): Promise<void> {
  for (const id of ids) await store.users.insert(aStoredUser({ id, resource: { userName: id } }));
}

/** Adds groups named after their ids, then fills them: `{ g1: ['u1', 'g2'] }`. */
async function addGroups(members: Readonly<Record<string, readonly string[]>>, into: ScimStore = store): Promise<void> {
  for (const id of Object.keys(members)) {
    await into.groups.insert(aStoredGroup({ id, resource: { displayName: `Group ${id}` } }), []);
  }
  for (const [id, ids] of Object.entries(members)) {
    const add = ids.map((member): Member => ({ id: member, type: member.startsWith('g') ? 'Group' : 'User' }));
    await into.groups.changeMembers(model.key, id, { add, remove: [] }, null, new Date());
  }
}

const direct = (id: string): GroupReference => ({ id, displayName: `Group ${id}`, type: 'direct' });
const indirect = (id: string): GroupReference => ({ id, displayName: `Group ${id}`, type: 'indirect' });

describe('groupsOfUsers', () => {
  test('gives direct groups first, then those above them, each once, by name', async () => {
    await addUsers('u1');
    await addGroups({ g3: ['u1'], g2: ['u1'], g1: ['g2'], g4: ['g3', 'g2'], g5: ['g1'], g6: [] });
    const groups = await groupsOfUsers(memberships, model.key, ['u1']);
    expect(groups.get('u1')).toEqual([direct('g2'), direct('g3'), indirect('g1'), indirect('g4'), indirect('g5')]);
  });

  test('takes a group that is above itself for direct when the person is in it, and ends at circles', async () => {
    await addUsers('u1', 'u2');
    await addGroups({ g1: ['u1', 'g3'], g2: ['g1', 'u2'], g3: ['g2'] });
    const groups = await groupsOfUsers(memberships, model.key, ['u1', 'u2']);
    expect(groups.get('u1')).toEqual([direct('g1'), indirect('g2'), indirect('g3')]);
    expect(groups.get('u2')).toEqual([direct('g2'), indirect('g1'), indirect('g3')]);
    // No id was asked for twice.
    expect(reads.flat().toSorted()).toEqual(['g1', 'g2', 'g3', 'u1', 'u2']);
  });

  test('reads once for each level, however many people are asked for', async () => {
    const ids = Array.from({ length: 50 }, (_, at) => `u${at}`);
    await addUsers(...ids);
    await addGroups({ g1: ids, g2: ['g1'] });
    const groups = await groupsOfUsers(memberships, model.key, [...ids, 'nobody']);
    expect(groups.size).toBe(50);
    expect(reads.map((level) => level.length)).toEqual([51, 1, 1]);
  });

  test('reads nothing for nobody, and once for people who are in no group', async () => {
    await addUsers('u1');
    expect(await groupsOfUsers(memberships, model.key, [])).toEqual(new Map());
    expect(await groupsOfUsers(memberships, model.key, ['u1'])).toEqual(new Map());
    expect(reads).toEqual([['u1']]);
  });

  test('gives up after 16 levels', async () => {
    await addUsers('u1');
    const chain = Array.from({ length: 30 }, (_, at): [string, string[]] => [`g${at}`, [at === 0 ? 'u1' : `g${at - 1}`]]);
    await addGroups(Object.fromEntries(chain));
    const groups = await groupsOfUsers(memberships, model.key, ['u1']);
    expect(groups.get('u1')).toHaveLength(16);
    expect(reads).toHaveLength(16);
  });

  test('finds, whatever the nesting, the groups that a walk from each group down to the person finds', async () => {
    const ids = ['g1', 'g2', 'g3', 'g4', 'g5'];
    const nestings = fc.record(
      Object.fromEntries(ids.map((id) => [id, fc.uniqueArray(fc.constantFrom('u1', 'u2', ...ids.filter((other) => other !== id)))])),
    );
    await fc.assert(
      fc.asyncProperty(nestings, async (nesting) => {
        using fresh = openSqliteStore({ file: ':memory:' });
        for (const id of ['u1', 'u2']) await fresh.users.insert(aStoredUser({ id, resource: { userName: id } }));
        await addGroups(nesting, fresh);
        const holds = (group: string, user: string, seen = new Set<string>()): boolean =>
          !seen.has(group) && (nesting[group] ?? []).some((member) => member === user || holds(member, user, new Set([...seen, group])));
        const found = await groupsOfUsers(fresh.memberships, model.key, ['u1', 'u2']);
        for (const user of ['u1', 'u2']) {
          const inside = ids.filter((group) => holds(group, user));
          const isDirect = (group: string): boolean => nesting[group]?.includes(user) ?? false;
          expect(found.get(user) ?? []).toEqual([
            ...inside.filter(isDirect).map(direct),
            ...inside.filter((group) => !isDirect(group)).map(indirect),
          ]);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('a person', () => {
  let users: UserProvisioning;

  beforeEach(async () => {
    const newId = ['u1', 'u2', 'u3'].values();
    users = createUserProvisioning({
      store: { ...store, memberships },
      clock: Date.now,
      newId: () => newId.next().value ?? '',
      onIgnored: () => undefined,
      onWave: () => undefined,
    });
    await users.create(model, aBody('ada'));
    await users.create(model, aBody('bob'));
    await addGroups({ g1: ['u1'], g2: ['g1'], g3: ['u2', 'u1'] });
    reads = [];
  });

  const aBody = (userName: string): object => ({ userName, emails: [{ type: 'work', value: `${userName}@acme.example` }] });
  const groups = [direct('g1'), direct('g3'), indirect('g2')];

  test('comes with groups, whether read, patched, replaced or found', async () => {
    const patch = { Operations: [{ op: 'replace', path: 'title', value: 'Countess' }] };
    expect((await users.get(model, 'u1')).groups).toEqual(groups);
    expect(await users.patch(model, 'u1', patch, null)).toMatchObject({ user: { version: 2 }, groups });
    expect(await users.replace(model, 'u1', aBody('ada'), null)).toMatchObject({ user: { version: 3 }, groups });
    const found = await users.find(model, WHOLE_LIST);
    expect(found.resources.map((view) => view.groups)).toEqual([groups, [direct('g3')]]);
    // Two levels for each answer, and the empty one above.
    expect(reads).toHaveLength(4 * 3);
  });

  test.each([
    { name: 'the client does not want them', tenant: model, detail: { groups: false } },
    { name: 'the tenant has none', tenant: withoutGroups, detail: { groups: true } },
  ])('comes without groups, and nothing is read, when $name', async ({ tenant, detail }) => {
    expect((await users.get(tenant, 'u1', detail)).groups).toEqual([]);
    expect((await users.find(tenant, WHOLE_LIST, detail)).resources.map((view) => view.groups)).toEqual([[], []]);
    expect(reads).toEqual([]);
  });

  test('who is new is in no group, and one who comes back is in the old ones', async () => {
    expect((await users.create(model, aBody('eve'))).groups).toEqual([]);
    expect(reads).toEqual([]);
    await users.delete(model, 'u1', null);
    expect((await users.get(model, 'u2')).groups).toEqual([direct('g3')]);
    expect(await users.create(model, aBody('ada'))).toMatchObject({ user: { id: 'u1' }, groups });
  });

  test('that nobody knows is 404, not a person without groups', async () => {
    await expect(users.get(model, 'nobody')).rejects.toEqual(expect.objectContaining({ status: 404 }));
  });
});
