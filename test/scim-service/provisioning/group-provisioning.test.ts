import { beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { etagOf } from '#scim-service/domain/etag.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { createGroupProvisioning, type GroupProvisioning, type GroupView } from '#scim-service/provisioning/group-provisioning.ts';
import type { ProvisioningParts } from '#scim-service/provisioning/provisioning-parts.ts';
import { WHOLE_LIST } from '#scim-service/provisioning/search/search-query.ts';
import { createUserProvisioning } from '#scim-service/provisioning/user-provisioning.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { aStoredUser } from '#test/support/a-user.ts';
import { InterleavingStore } from '#test/support/interleaving-store.ts';

const START = Date.parse('2026-01-31T08:00:00Z');
const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ADSCIM_URN = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';
const model = compileTenantModel(aTenantConfig());
const other = compileTenantModel(aTenantConfig({ name: 'globex' }));

let store: InterleavingStore;
let now: number;
let ids: number;
let ignored: (readonly string[])[];
let groups: GroupProvisioning;

beforeEach(async () => {
  store = new InterleavingStore();
  now = START;
  ids = 0;
  ignored = [];
  groups = provisioningOver(store);
  await addUsers('ada', 'bob', 'eve');
});

function provisioningOver(over: ProvisioningParts['store']): GroupProvisioning {
  return createGroupProvisioning(partsOver(over));
}

function partsOver(over: ProvisioningParts['store']) {
  return {
    store: over,
    clock: () => (now += 1_000),
    newId: () => `g${(ids += 1)}`,
    onIgnored: (_: unknown, attributes: readonly string[]) => ignored.push(attributes),
    onWave: () => undefined,
  };
}

async function addUsers(...userIds: readonly string[]): Promise<void> {
  for (const id of userIds) await store.users.insert(aStoredUser({ id, resource: { userName: id } }));
  store.writes = 0;
}

function aBody(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return { schemas: [GROUP_URN], displayName: 'Tours', ...overrides };
}

function aPatch(...operations: unknown[]): Record<string, unknown> {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
}

const values = (...members: string[]) => members.map((value) => ({ value }));
const add = (...members: string[]) => ({ op: 'add', path: 'members', value: values(...members) });
const remove = (...members: string[]) => ({ op: 'remove', path: 'members', value: values(...members) });

/** A group with these members, its id. */
async function aGroup(displayName: string, ...members: string[]): Promise<string> {
  const { group } = await groups.create(model, aBody({ displayName, members: values(...members) }));
  store.writes = 0;
  return group.id;
}

async function membersIn({ members }: Pick<GroupView, 'members'>): Promise<string[]> {
  const found: string[] = [];
  for await (const page of members ?? []) found.push(...page.map(({ id }) => id));
  return found;
}

async function membersOf(id: string): Promise<string[]> {
  return membersIn(await groups.get(model, id));
}

function refusal(status: number, scimType: string | null, message?: string) {
  return expect.objectContaining({ status, scimType, ...(message !== undefined && { message: expect.stringContaining(message) }) });
}

describe('create', () => {
  test('keeps displayName and externalId, and the members apart with their types', async () => {
    const team = await aGroup('Team');
    const body = aBody({
      schemas: [GROUP_URN, ADSCIM_URN],
      externalId: 'e1',
      meta: { resourceType: 'Group' },
      members: values('ada', team),
    });
    const { group, members } = await groups.create(model, body);
    expect(group).toEqual({
      tenant: 'team-hr/acme',
      id: 'g2',
      version: 1,
      createdAt: new Date(now),
      lastModified: new Date(now),
      resource: { displayName: 'Tours', externalId: 'e1' },
    });
    expect((await groups.get(model, 'g2')).group).toEqual(group);
    const pages = [];
    for await (const page of members ?? []) pages.push(page);
    expect(pages).toEqual([
      [
        { id: 'ada', type: 'User' },
        { id: team, type: 'Group' },
      ],
    ]);
    expect(ignored).toEqual([]);
  });

  test('reports what it does not keep', async () => {
    await groups.create(model, aBody({ description: 'x', [ADSCIM_URN]: { a: 1 }, id: 'mine' }));
    expect(ignored.map((paths) => paths.toSorted())).toEqual([['description', ADSCIM_URN].toSorted()]);
  });

  test.each([
    { name: 'a body that is no object', body: 'x', error: refusal(400, 'invalidSyntax') },
    { name: 'no displayName', body: { externalId: 'e1' }, error: refusal(400, 'invalidValue', 'displayName') },
    { name: 'a blank displayName', body: aBody({ displayName: '  ' }), error: refusal(400, 'invalidValue', 'displayName') },
    { name: 'a member without an id', body: aBody({ members: [{ display: 'Ada' }] }), error: refusal(400, 'invalidValue', '"value"') },
    { name: 'a member that nobody knows', body: aBody({ members: values('ada', 'zoe') }), error: refusal(400, 'invalidValue', '"zoe"') },
    {
      name: 'many members that nobody knows',
      body: aBody({ members: values('z1', 'z2', 'z3', 'z4', 'z5', 'z6', 'z7') }),
      error: refusal(400, 'invalidValue', '"z5" and 2 more are no user or group of this tenant'),
    },
  ])('refuses $name and writes nothing', async ({ body, error }) => {
    await expect(groups.create(model, body)).rejects.toEqual(error);
    expect(store.writes).toBe(0);
  });

  test('refuses a displayName that is taken in any case, of this tenant alone', async () => {
    await aGroup('Tours');
    await expect(groups.create(model, aBody({ displayName: 'TOURS' }))).rejects.toEqual(refusal(409, 'uniqueness', 'displayName "TOURS"'));
    await expect(groups.create(other, aBody())).resolves.toMatchObject({ group: { version: 1 } });
  });

  test('gives one of 10 parallel requests for one displayName the group', async () => {
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => groups.create(model, aBody())));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toEqual(refusal(409, 'uniqueness'));
  });
});

describe('get, find and delete', () => {
  test('give what is there, and 404 for what is not, of another tenant, or deleted', async () => {
    const id = await aGroup('Tours', 'ada');
    await expect(groups.get(model, 'nothing')).rejects.toEqual(refusal(404, null, 'Group "nothing"'));
    await expect(groups.get(other, id)).rejects.toEqual(refusal(404, null));
    await groups.delete(model, id, null);
    await expect(groups.get(model, id)).rejects.toEqual(refusal(404, null));
    await expect(groups.delete(model, id, null)).rejects.toEqual(refusal(404, null));
    await expect(aGroup('Tours')).resolves.not.toBe(id);
  });

  test('give no members when nobody wants them', async () => {
    const id = await aGroup('Tours', 'ada');
    expect((await groups.get(model, id, { members: false })).members).toBeNull();
    const found = await groups.find(model, { ...WHOLE_LIST, filter: 'displayName eq "tours"' }, { members: false });
    expect(found.resources).toEqual([{ group: expect.objectContaining({ id }), members: null }]);
  });

  test('find by name, by member, and give members of each group found', async () => {
    const [first, second] = [await aGroup('Tours', 'ada', 'bob'), await aGroup('Sales', 'bob')];
    const find = async (filter: string | null): Promise<[string, string[]][]> => {
      const { resources } = await groups.find(model, { ...WHOLE_LIST, filter });
      return Promise.all(resources.map(async (view): Promise<[string, string[]]> => [view.group.id, await membersIn(view)]));
    };
    expect(await find(null)).toEqual([
      [first, ['ada', 'bob']],
      [second, ['bob']],
    ]);
    expect(await find('displayName eq "SALES"')).toEqual([[second, ['bob']]]);
    expect(await find('members.value eq "ada"')).toEqual([[first, ['ada', 'bob']]]);
    expect(await find('displayName eq "nothing"')).toEqual([]);
  });

  test('read a large group in pages', async () => {
    const many = Array.from({ length: 2_500 }, (_, at) => `u${String(at).padStart(4, '0')}`);
    await addUsers(...many);
    const id = await aGroup('Everyone', ...many);
    const lengths: number[] = [];
    const { members } = await groups.get(model, id);
    for await (const page of members ?? []) lengths.push(page.length);
    expect(lengths).toEqual([1_000, 1_000, 500]);
    expect(await membersOf(id)).toEqual(many);
  });

  test('delete only the version that If-Match names', async () => {
    const id = await aGroup('Tours');
    await expect(groups.delete(model, id, etagOf(2))).rejects.toEqual(refusal(412, null, 'Group "g1" has version W/"1"'));
    await groups.delete(model, id, etagOf(1));
    await expect(groups.get(model, id)).rejects.toEqual(refusal(404, null));
  });

  test('of parallel deletes give one the group', async () => {
    const id = await aGroup('Tours', 'ada');
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => groups.delete(model, id, null)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('patch', () => {
  test.each<{ name: string; operations: unknown[]; members: string[] }>([
    { name: 'add', operations: [add('eve')], members: ['ada', 'bob', 'eve'] },
    { name: 'add of a group', operations: [add('g1')], members: ['ada', 'bob', 'g1'] },
    { name: 'remove of listed ones', operations: [remove('ada')], members: ['bob'] },
    { name: 'remove of one who is deleted by now', operations: [remove('ada', 'nobody')], members: ['bob'] },
    { name: 'remove by filter', operations: [{ op: 'remove', path: 'members[value eq "bob"]' }], members: ['ada'] },
    { name: 'remove by type', operations: [add('g1'), { op: 'remove', path: 'members[type eq "User"]' }], members: ['g1'] },
    { name: 'remove by id and type', operations: [{ op: 'remove', path: 'members[value eq "ada" and type eq "User"]' }], members: ['bob'] },
    { name: 'remove of all', operations: [{ op: 'remove', path: 'members' }], members: [] },
    { name: 'replace', operations: [{ op: 'replace', path: 'members', value: values('eve', 'ada') }], members: ['ada', 'eve'] },
    { name: 'replace by nobody', operations: [{ op: 'replace', path: 'members', value: [] }], members: [] },
    { name: 'add and remove', operations: [add('eve'), remove('bob')], members: ['ada', 'eve'] },
    { name: 'rename', operations: [{ op: 'replace', path: 'displayName', value: 'Trips' }], members: ['ada', 'bob'] },
    {
      name: 'rename with add and remove',
      operations: [{ op: 'replace', value: { id: 'g2', displayName: 'Trips' } }, add('eve'), remove('ada')],
      members: ['bob', 'eve'],
    },
    {
      name: 'rename with remove by type',
      operations: [{ op: 'replace', value: { displayName: 'Trips' } }, { op: 'remove', path: 'members[type eq "User"]' }, add('g1')],
      members: ['g1'],
    },
    {
      name: 'replace of everything at once',
      operations: [{ op: 'replace', value: { externalId: 'e2', members: values('eve') } }],
      members: ['eve'],
    },
  ])('$name changes the group once', async ({ operations, members }) => {
    await aGroup('Team');
    const id = await aGroup('Tours', 'ada', 'bob');
    const patched = await groups.patch(model, id, aPatch(...operations), null);
    expect(await membersIn(patched)).toEqual(members);
    expect(await membersOf(id)).toEqual(members);
    expect(patched.group).toMatchObject({ version: 2, lastModified: new Date(now) });
    expect((await groups.get(model, id)).group).toEqual(patched.group);
    expect(store.writes).toBe(1);
  });

  test.each<{ name: string; operations: unknown[] }>([
    { name: 'nothing', operations: [] },
    { name: 'an add of members who are there', operations: [add('bob', 'ada')] },
    { name: 'a remove of somebody who is not there', operations: [remove('eve')] },
    { name: 'a remove of nobody', operations: [{ op: 'remove', path: 'members', value: [] }] },
    { name: 'a remove by a type that nobody has', operations: [{ op: 'remove', path: 'members[type eq "Group"]' }] },
    { name: 'a replace by the same members', operations: [{ op: 'replace', path: 'members', value: values('bob', 'ada') }] },
    { name: 'the same name', operations: [{ op: 'replace', value: { id: 'g1', displayName: 'Tours' } }] },
    { name: 'the same name and members', operations: [{ op: 'replace', value: { displayName: 'Tours' } }, add('ada'), remove('eve')] },
    { name: 'an unknown attribute', operations: [{ op: 'replace', path: 'description', value: 'x' }] },
    { name: 'a new display of a member', operations: [{ op: 'replace', path: 'members[value eq "ada"].display', value: 'A' }] },
    { name: 'what it takes back', operations: [remove('ada'), add('ada')] },
  ])('of $name writes nothing and keeps version and lastModified', async ({ operations }) => {
    const id = await aGroup('Tours', 'ada', 'bob');
    const { group } = await groups.get(model, id);
    expect((await groups.patch(model, id, aPatch(...operations), null)).group).toEqual(group);
    expect((await groups.patch(model, id, aPatch(...operations), etagOf(1))).group).toEqual(group);
    expect((await groups.get(model, id)).group).toEqual(group);
    expect(store.writes).toBe(0);
    expect(await membersOf(id)).toEqual(['ada', 'bob']);
  });

  test.each<{ name: string; operations: unknown[]; error: unknown }>([
    { name: 'an unknown member', operations: [add('ada', 'zoe')], error: refusal(400, 'invalidValue', '"zoe" is no user or group') },
    {
      name: 'an unknown member of a whole list',
      operations: [{ op: 'replace', path: 'members', value: values('zoe') }],
      error: refusal(400, 'invalidValue', '"zoe"'),
    },
    { name: 'the group itself as member', operations: [add('g2')], error: refusal(400, 'invalidValue', 'the group itself') },
    { name: 'no name', operations: [add('eve'), { op: 'remove', path: 'displayName' }], error: refusal(400, 'mutability', 'displayName') },
    {
      name: 'an empty name',
      operations: [{ op: 'replace', path: 'displayName', value: '' }],
      error: refusal(400, 'mutability', 'displayName'),
    },
    {
      name: 'a blank name',
      operations: [{ op: 'replace', path: 'displayName', value: ' ' }],
      error: refusal(400, 'invalidValue', 'displayName'),
    },
    {
      name: 'a taken name, with members that would do',
      operations: [{ op: 'replace', path: 'displayName', value: 'team' }, add('eve')],
      error: refusal(409, 'uniqueness', 'displayName "team"'),
    },
    { name: 'a wrong path', operations: [add('eve'), { op: 'remove', path: 'members[' }], error: refusal(400, 'invalidPath') },
    { name: 'remove without a path', operations: [{ op: 'remove' }], error: refusal(400, 'noTarget') },
  ])('with $name is refused whole', async ({ operations, error }) => {
    await aGroup('Team');
    const id = await aGroup('Tours', 'ada', 'bob');
    const { group } = await groups.get(model, id);
    await expect(groups.patch(model, id, aPatch(...operations), null)).rejects.toEqual(error);
    expect((await groups.get(model, id)).group).toEqual(group);
    expect(await membersOf(id)).toEqual(['ada', 'bob']);
  });

  test('of a group that is not there is 404, whatever it says', async () => {
    for (const operation of [add('ada'), add('zoe'), remove('ada'), add('nothing'), { op: 'replace', path: 'displayName', value: 'x' }]) {
      await expect(groups.patch(model, 'nothing', aPatch(operation), null)).rejects.toEqual(refusal(404, null, 'Group "nothing"'));
    }
  });

  test.each([{ operation: add('eve') }, { operation: remove('ada') }, { operation: { op: 'replace', path: 'displayName', value: 'x' } }])(
    'with a stale If-Match is 412: $operation.op',
    async ({ operation }) => {
      const id = await aGroup('Tours', 'ada');
      await groups.patch(model, id, aPatch(add('bob')), etagOf(1));
      await expect(groups.patch(model, id, aPatch(operation), etagOf(1))).rejects.toEqual(refusal(412, null, 'W/"2"'));
      expect(await membersOf(id)).toEqual(['ada', 'bob']);
      await expect(groups.patch(model, id, aPatch(operation), '*')).resolves.toMatchObject({ group: { version: 3 } });
    },
  );

  test('of one member reads neither the group nor its other members', async () => {
    const id = await aGroup('Tours', 'ada', 'bob');
    const calls: string[] = [];
    const counted = <T extends object>(port: T): T =>
      new Proxy(port, {
        get: (target, name) => {
          calls.push(String(name));
          return Reflect.get(target, name);
        },
      });
    const { users, existing, deactivations } = store;
    const watched = provisioningOver({
      users,
      existing,
      deactivations,
      groups: counted(store.groups),
      memberships: counted(store.memberships),
    });
    await watched.patch(model, id, aPatch(add('eve')), null);
    await watched.patch(model, id, aPatch(remove('ada')), null);
    expect(calls).toEqual(['typesOf', 'changeMembers', 'changeMembers']);
    expect(await membersOf(id)).toEqual(['bob', 'eve']);
  });

  test('of 50 parallel requests for different members loses none', async () => {
    const many = Array.from({ length: 50 }, (_, at) => `u${at}`);
    await addUsers(...many);
    const id = await aGroup('Tours', 'ada', 'bob');
    const requests = many.map((user, at) => {
      // Okta sends the name with each change, Entra the change alone.
      const rename = at % 2 ? [{ op: 'replace', value: { displayName: 'Tours' } }] : [];
      return groups.patch(model, id, aPatch(...rename, add(user)), null);
    });
    await Promise.all([...requests, groups.patch(model, id, aPatch(remove('ada')), null)]);
    expect(await membersOf(id)).toEqual(['bob', ...many].toSorted());
    expect((await groups.get(model, id)).group.version).toBe(52);
  });

  test('of parallel renames and whole lists loses no change of a member', async () => {
    const many = Array.from({ length: 20 }, (_, at) => `u${at}`);
    await addUsers(...many);
    const id = await aGroup('Tours', 'ada');
    await Promise.all([
      ...many.map((user) => groups.patch(model, id, aPatch(add(user)), null)),
      ...many.map((user) =>
        groups.patch(model, id, aPatch({ op: 'replace', path: 'displayName', value: `Tours of ${user}` }, add('bob')), null),
      ),
    ]);
    expect(await membersOf(id)).toEqual(['ada', 'bob', ...many].toSorted());
  });
});

describe('replace', () => {
  test('clears what the body leaves out, members too', async () => {
    const { group } = await groups.create(model, aBody({ externalId: 'e1', members: values('ada') }));
    const replaced = await groups.replace(model, group.id, aBody({ displayName: 'Trips' }), null);
    expect(replaced.group).toMatchObject({ version: 2, createdAt: group.createdAt, resource: { displayName: 'Trips' } });
    expect(replaced.group.resource).not.toHaveProperty('externalId');
    expect(await membersOf(group.id)).toEqual([]);
  });

  test('sets the members of the body', async () => {
    const id = await aGroup('Tours', 'ada', 'bob');
    const replaced = await groups.replace(model, id, aBody({ members: values('eve', 'bob', 'eve') }), etagOf(1));
    expect(await membersIn(replaced)).toEqual(['bob', 'eve']);
    expect(replaced.group.version).toBe(2);
  });

  test('writes nothing when nothing changes', async () => {
    const id = await aGroup('Tours', 'ada', 'bob');
    const replaced = await groups.replace(model, id, aBody({ members: [{ value: 'bob', display: 'Bob' }, { value: 'ada' }] }), null);
    expect(replaced.group.version).toBe(1);
    expect(store.writes).toBe(0);
  });

  test('refuses a body without a name, an unknown member, itself, a taken name, a stale If-Match and an unknown group', async () => {
    const [id] = [await aGroup('Tours', 'ada'), await aGroup('Team')];
    await expect(groups.replace(model, id, { members: [] }, null)).rejects.toEqual(refusal(400, 'invalidValue', 'displayName'));
    await expect(groups.replace(model, id, aBody({ members: values('zoe') }), null)).rejects.toEqual(refusal(400, 'invalidValue', 'zoe'));
    await expect(groups.replace(model, id, aBody({ members: values(id) }), null)).rejects.toEqual(refusal(400, 'invalidValue', 'itself'));
    await expect(groups.replace(model, id, aBody({ displayName: 'TEAM' }), null)).rejects.toEqual(refusal(409, 'uniqueness', 'TEAM'));
    await expect(groups.replace(model, id, aBody({ displayName: 'x' }), etagOf(2))).rejects.toEqual(refusal(412, null));
    await expect(groups.replace(model, 'nothing', aBody({ members: values('zoe') }), null)).rejects.toEqual(refusal(404, null));
    expect((await groups.get(model, id)).group.version).toBe(1);
    expect(await membersOf(id)).toEqual(['ada']);
  });
});

describe('members who are deleted', () => {
  test('disappear with a new version of the group, can not be added, and come back with the person', async () => {
    const id = await aGroup('Tours', 'ada', 'bob');
    const users = createUserProvisioning(partsOver(store));
    await users.delete(model, 'ada', null);
    expect(await membersOf(id)).toEqual(['bob']);
    expect((await groups.get(model, id)).group.version).toBe(2);
    await expect(groups.patch(model, id, aPatch(add('ada')), null)).rejects.toEqual(refusal(400, 'invalidValue', '"ada"'));
    await users.create(model, { userName: 'ada', emails: [{ type: 'work', value: 'ada@acme.example' }] });
    expect(await membersOf(id)).toEqual(['ada', 'bob']);
    expect((await groups.get(model, id)).group.version).toBe(3);
  });

  test('of a deleted group are free, and it is gone from the groups that it was in', async () => {
    const inner = await aGroup('Inner', 'ada');
    const outer = await aGroup('Outer', inner, 'bob');
    await groups.delete(model, inner, null);
    expect(await membersOf(outer)).toEqual(['bob']);
    expect((await groups.get(model, outer)).group.version).toBe(2);
  });
});

describe('a tenant without groups', () => {
  const without = compileTenantModel(aTenantConfig({ groups: { enabled: false } }));

  test('finds none, has none, and takes none', async () => {
    const id = await aGroup('Tours');
    const empty = { totalResults: 0, itemsPerPage: 0, startIndex: 1, nextCursor: null, previousCursor: null, resources: [] };
    expect(await groups.find(without, { ...WHOLE_LIST, filter: 'displayName eq "Tours"' })).toEqual(empty);
    await expect(groups.get(without, id)).rejects.toEqual(refusal(404, null, 'takes no groups'));
    const refused = refusal(501, null, 'spec.groups.enabled');
    await expect(groups.create(without, aBody())).rejects.toEqual(refused);
    await expect(groups.replace(without, id, aBody(), null)).rejects.toEqual(refused);
    await expect(groups.patch(without, id, aPatch(), null)).rejects.toEqual(refused);
    await expect(groups.delete(without, id, null)).rejects.toEqual(refused);
    expect(store.writes).toBe(0);
  });
});

describe('what clients are known to send', () => {
  interface WireRequest {
    readonly name: string;
    readonly method: string;
    readonly path: string;
    readonly body: Record<string, unknown> | null;
  }
  const USERS = ['b5f2a1d0-7c1e-4f55-9a61-2f4f7a0c1001', 'b5f2a1d0-7c1e-4f55-9a61-2f4f7a0c1002'] as const;
  const OKTA_USERS = ['23a35c27-0000-4c03-b4c5-6443c0900001', '89bb1940-0000-4575-9e7f-6f887cf00002'] as const;
  const NESTED = 'c0a80101-0000-4d6e-8f00-aa55bb660002';

  /** Name, externalId and members of a group that was called Before, with externalId e0 and the members ada and the first of USERS. */
  const outcomes: Readonly<Record<string, { resource: object; members: readonly string[] }>> = {
    'group-create': { resource: { displayName: 'Engineering', externalId: '8aa1a0c0-0000-4bc0-b4a5-2ef676900001' }, members: [] },
    'group-create-duplicate': { resource: { displayName: 'VALGROUP', externalId: '6d1ca7c2-0000-4be1-bba9-a7a2668d0001' }, members: [] },
    'group-rename': { resource: { displayName: 'Engineering EMEA', externalId: 'e0' }, members: ['ada', USERS[0]] },
    'group-replace-externalId-compact': {
      resource: { displayName: 'Before', externalId: '663fa3a8-0000-4ac0-96c8-363432cd0001' },
      members: ['ada', USERS[0]],
    },
    'group-add-nested-group': { resource: { displayName: 'Before', externalId: 'e0' }, members: ['ada', USERS[0], NESTED] },
    'group-remove-member-flag': { resource: { displayName: 'Before', externalId: 'e0' }, members: ['ada'] },
    'group-replace-members-validator': { resource: { displayName: 'Before', externalId: 'e0' }, members: USERS },
    'group-add-then-remove-same-request': { resource: { displayName: 'Before', externalId: 'e0' }, members: ['ada'] },
    'group-remove-all-members': { resource: { displayName: 'Before', externalId: 'e0' }, members: [] },
    'okta-group-create': { resource: { displayName: 'Test SCIMv2' }, members: [] },
    'okta-group-create-with-members': { resource: { displayName: 'Test SCIMv2' }, members: [OKTA_USERS[0]] },
    'okta-group-full-push-patch': { resource: { displayName: 'Before', externalId: 'e0' }, members: OKTA_USERS },
    'okta-group-empty-push-patch': { resource: { displayName: 'Before', externalId: 'e0' }, members: [] },
    'okta-group-put-aiw': { resource: { displayName: 'Test SCIMv2' }, members: [OKTA_USERS[0]] },
  };

  async function requests(file: string): Promise<WireRequest[]> {
    const all = JSON.parse(await readFile(new URL(`../../fixtures/wire/${file}`, import.meta.url), 'utf8')) as WireRequest[];
    return all.filter(({ path, body }) => path.startsWith('/Groups') && body !== null);
  }

  test('is all here', async () => {
    const names = [...(await requests('entra.json')), ...(await requests('okta.json'))].map(({ name }) => name);
    expect(names).toEqual(Object.keys(outcomes));
  });

  test.each(['entra.json', 'okta.json'])('does what it should: %s', async (file) => {
    for (const { name, method, body } of await requests(file)) {
      store = new InterleavingStore();
      ids = 0;
      groups = createGroupProvisioning({ ...partsOver(store), newId: () => ((ids += 1) === 1 ? NESTED : `g${ids}`) });
      await addUsers('ada', ...USERS, ...OKTA_USERS);
      await groups.create(model, aBody({ displayName: 'Nested' }));
      const before = await groups.create(model, aBody({ displayName: 'Before', externalId: 'e0', members: values('ada', USERS[0]) }));
      const { id } = before.group;
      const after =
        method === 'POST'
          ? await groups.create(model, body)
          : method === 'PUT'
            ? await groups.replace(model, id, body, null)
            : await groups.patch(model, id, body, null);
      const outcome = { resource: after.group.resource, members: (await membersIn(after)).toSorted() };
      expect({ name, ...outcome }).toEqual({ name, ...outcomes[name], members: outcomes[name]?.members.toSorted() });
    }
  });
});

describe('whatever a client sends', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'members',
      'members[value eq "ada"]',
      'members[type eq "User"]',
      'displayName',
      'ada',
      'g1',
      'value',
      '__proto__',
      GROUP_URN,
    ),
  );
  const json = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, text, fc.jsonValue(), fc.array(tie('value')), fc.dictionary(text, tie('value'))),
  })).value;
  const operation = fc.record({ op: fc.constantFrom('add', 'Replace', 'remove', 'x'), path: text, value: json }, { requiredKeys: ['op'] });
  const bodies = fc.oneof(
    json,
    fc.dictionary(text, json).map((body) => aBody(body)),
    json.map((members) => aBody({ members })),
    fc.array(operation, { maxLength: 4 }).map((operations) => aPatch(...operations)),
  );

  test('is done or refused with a ScimError, and a group keeps a name and members that exist', async () => {
    const id = await aGroup('Fixed', 'ada');
    await fc.assert(
      fc.asyncProperty(bodies, text, async (body, filter) => {
        const results = await Promise.allSettled([
          groups.create(model, body),
          groups.patch(model, id, body, null),
          groups.replace(model, id, body, null),
          groups.find(model, { ...WHOLE_LIST, filter }),
        ]);
        for (const result of results) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(ScimError);
        expect((await groups.get(model, id)).group.resource.displayName.trim()).not.toBe('');
        const members = await membersOf(id);
        expect((await store.memberships.typesOf(model.key, members)).size).toBe(members.length);
      }),
    );
  });
});
