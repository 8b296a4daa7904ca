import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ENTERPRISE_USER_URN } from '#common/scim/schema.ts';
import type { Wave } from '#scim-service/domain/deactivation-wave.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { errorBody, translateError } from '#scim-service/http/error-response.ts';
import { provisioningTargets } from '#scim-service/provisioning/bulk/provisioning-targets.ts';
import { runBulk, type BulkParts, type BulkResponse } from '#scim-service/provisioning/bulk/run-bulk.ts';
import { createGroupProvisioning, type GroupProvisioning } from '#scim-service/provisioning/group-provisioning.ts';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { createUserProvisioning, type UserProvisioning } from '#scim-service/provisioning/user-provisioning.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';
import { InterleavingStore } from '#test/support/interleaving-store.ts';

const BASE = 'https://scim.example.com/team-hr/acme/scim/v2';
const MAPPING = [
  aRule('userName', 'login', { required: true }),
  aRule('title', 'title'),
  aRule(`${ENTERPRISE_USER_URN}:manager`, 'manager'),
  aRule(`${ENTERPRISE_USER_URN}:department`, 'department'),
];
const model = compileTenantModel(aTenantConfig({ mapping: MAPPING }));
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

type Operation = Readonly<Record<string, unknown>>;

let store: InterleavingStore;
let users: UserProvisioning;
let groups: GroupProvisioning;
let faults: unknown[];
let parts: BulkParts;
/** Writes until the store fails for good. */
let writesLeft: number;
let waves: Wave[];

beforeEach(() => {
  store = new InterleavingStore();
  writesLeft = Number.POSITIVE_INFINITY;
  faults = [];
  waves = [];
  let ids = 0;
  const provisioningParts = {
    store: store.with({ users: failing(store.users), groups: failing(store.groups) }),
    clock: () => Date.parse('2026-11-24T08:00:00Z'),
    newId: () => `00000000-0000-4000-8000-${String((ids += 1)).padStart(12, '0')}`,
    onIgnored: () => {},
    onWave: (_: unknown, wave: Wave) => waves.push(wave),
  };
  users = createUserProvisioning(provisioningParts);
  groups = createGroupProvisioning(provisioningParts);
  parts = {
    targets: provisioningTargets({ users, groups }),
    describeError(error) {
      const answer = translateError(error);
      return { status: answer.status, body: errorBody(answer) };
    },
    onFault: (error) => faults.push(error),
  };
});

afterEach(() => {
  store[Symbol.dispose]();
});

const WRITES = new Set(['insert', 'replace', 'retire', 'revive', 'remove', 'changeMembers']);

/** The store's methods, of which the writes fail once `writesLeft` is used up. */
function failing<T extends object>(port: T): T {
  return Object.fromEntries(
    Object.entries(port as Record<string, (...parameters: unknown[]) => unknown>).map(([name, method]) => [
      name,
      (...parameters: unknown[]) => {
        if (WRITES.has(name) && (writesLeft -= 1) < 0) return Promise.reject(new StoreUnavailableError(name, null));
        return method(...parameters);
      },
    ]),
  ) as unknown as T;
}

function run(operations: readonly Operation[], envelope: Record<string, unknown> = {}): Promise<BulkResponse> {
  return runBulk(parts, model, { ...envelope, Operations: operations }, { baseUrl: BASE });
}

function user(bulkId: string, data: Record<string, unknown> = {}): Operation {
  return { method: 'POST', path: '/Users', bulkId, data: { userName: bulkId, ...data } };
}

function group(bulkId: string, ...members: string[]): Operation {
  return { method: 'POST', path: '/Groups', bulkId, data: { displayName: bulkId, members: members.map((value) => ({ value })) } };
}

function managedBy(value: string): Record<string, unknown> {
  return { [ENTERPRISE_USER_URN]: { manager: { value } } };
}

function patchOf(...operations: Operation[]): Operation {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
}

async function statuses(operations: readonly Operation[], envelope: Record<string, unknown> = {}): Promise<string[]> {
  return (await run(operations, envelope)).Operations.map(({ status }) => status);
}

function idIn(location: string | undefined): string {
  return location!.slice(location!.lastIndexOf('/') + 1);
}

async function membersOf(id: string): Promise<string[]> {
  const { members } = await groups.get(model, id);
  const ids: string[] = [];
  for await (const page of members!) ids.push(...page.map((member) => member.id));
  return ids;
}

async function managerOf(id: string): Promise<unknown> {
  const { user } = await users.get(model, id);
  return (user.resource[ENTERPRISE_USER_URN] as { manager?: { value: string } } | undefined)?.manager?.value;
}

async function groupNames(): Promise<string[]> {
  const found = await store.groups.find(model.key, { by: 'all' }, { offset: 0, limit: 100 });
  return found.groups.map(({ resource }) => resource.displayName);
}

async function userNames(): Promise<string[]> {
  const found = await store.users.find(model.key, { by: 'all' }, { offset: 0, limit: 100 });
  return found.users.map(({ resource }) => resource.userName);
}

describe('each operation', () => {
  test('is done and reported as the single request would be', async () => {
    const { user: old } = await users.create(model, { userName: 'old' });
    const { user: gone } = await users.create(model, { userName: 'gone' });
    const { group: team } = await groups.create(model, { displayName: 'team' });
    const response = await run([
      user('ada'),
      { method: 'PUT', path: `/Users/${old.id}`, version: 'W/"1"', data: { userName: 'old', title: 'x' } },
      { method: 'PATCH', path: `/Users/${old.id}`, bulkId: 'p', data: patchOf({ op: 'replace', path: 'title', value: 'y' }) },
      { method: 'PATCH', path: `/Groups/${team.id}/`, data: [{ op: 'add', path: 'members', value: [{ value: old.id }] }] },
      { method: 'delete', path: `Users/${gone.id}` },
    ]);
    expect(response).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
      Operations: [
        { method: 'POST', bulkId: 'ada', status: '201', version: 'W/"1"', location: `${BASE}/Users/00000000-0000-4000-8000-000000000004` },
        { method: 'PUT', status: '200', version: 'W/"2"', location: `${BASE}/Users/${old.id}` },
        { method: 'PATCH', bulkId: 'p', status: '200', version: 'W/"3"', location: `${BASE}/Users/${old.id}` },
        { method: 'PATCH', status: '204', version: 'W/"2"', location: `${BASE}/Groups/${team.id}` },
        { method: 'DELETE', status: '204', location: `${BASE}/Users/${gone.id}` },
      ],
    });
    expect(await userNames()).toEqual(['old', 'ada']);
    expect((await users.get(model, old.id)).user.resource['title']).toBe('y');
    expect(await membersOf(team.id)).toEqual([old.id]);
  });

  test('fails alone, with the error of the single request', async () => {
    await users.create(model, { userName: 'taken' });
    const { user: old } = await users.create(model, { userName: 'old' });
    const response = await run([
      user('taken'),
      { method: 'PATCH', path: `/Users/${old.id}`, version: 'W/"7"', data: patchOf({ op: 'replace', path: 'title', value: 'y' }) },
      { method: 'DELETE', path: '/Users/nobody' },
      { method: 'POST', path: '/Users', bulkId: 'empty', data: {} },
      user('ada'),
    ]);
    expect(response.Operations).toEqual([
      {
        method: 'POST',
        bulkId: 'taken',
        status: '409',
        response: { schemas: [ERROR], status: '409', scimType: 'uniqueness', detail: expect.stringContaining('"taken" is taken') },
      },
      {
        method: 'PATCH',
        location: `${BASE}/Users/${old.id}`,
        status: '412',
        response: { schemas: [ERROR], status: '412', detail: expect.stringContaining('has version W/"1"') },
      },
      {
        method: 'DELETE',
        location: `${BASE}/Users/nobody`,
        status: '404',
        response: { schemas: [ERROR], status: '404', detail: 'User "nobody" does not exist in this tenant' },
      },
      {
        method: 'POST',
        bulkId: 'empty',
        status: '400',
        response: { schemas: [ERROR], status: '400', scimType: 'invalidValue', detail: expect.stringContaining('userName') },
      },
      { method: 'POST', bulkId: 'ada', status: '201', version: 'W/"1"', location: expect.stringContaining(`${BASE}/Users/`) },
    ]);
    expect(faults).toEqual([]);
  });

  test.each<[string, Operation, string, string | undefined, string]>([
    ['another method', { method: 'GET', path: '/Users/1' }, '400', 'invalidSyntax', '"method" is "GET"'],
    ['a path of nothing', { method: 'POST', path: '/Things', data: {} }, '404', undefined, '"path" is "/Things"'],
    ['a bulk request', { method: 'POST', path: '/Bulk', data: { Operations: [] } }, '400', 'invalidSyntax', "can't hold another one"],
    ['a POST to a resource', { method: 'POST', path: '/Users/1', data: {} }, '405', undefined, 'POST creates at /Users'],
    ['a PUT to all resources', { method: 'PUT', path: '/Groups', data: {} }, '405', undefined, 'such as /Groups/<id>'],
    ['a DELETE of all resources', { method: 'DELETE', path: '/Users' }, '405', undefined, 'DELETE needs the path of a resource'],
    ['no data', { method: 'POST', path: '/Users' }, '400', 'invalidSyntax', '"data" is nothing, but the body of the POST is expected'],
    ['data that is no object', { method: 'POST', path: '/Users', data: 'x' }, '400', 'invalidSyntax', 'The body is "x"'],
    ['a reference to nobody', user('a', managedBy('bulkId:x')), '400', 'invalidValue', 'bulkId "x" is referred to, but no POST'],
    ['a path of nobody', { method: 'DELETE', path: '/Users/bulkId:x' }, '400', 'invalidValue', 'bulkId "x" is referred to, but no POST'],
  ])('fails alone for %s', async (_, operation, status, scimType, detail) => {
    const { Operations } = await run([operation, user('ada')]);
    expect(Operations[0]).toMatchObject({ status, response: { status, detail: expect.stringContaining(detail) } });
    expect((Operations[0]!.response as { scimType?: string }).scimType).toBe(scimType);
    expect(Operations[1]!.status).toBe('201');
  });

  test('of a tenant without groups fails on a group alone', async () => {
    const without = compileTenantModel(aTenantConfig({ mapping: MAPPING, groups: { enabled: false } }));
    const { Operations } = await runBulk(parts, without, { Operations: [group('g'), user('ada')] }, { baseUrl: BASE });
    expect(Operations.map(({ status }) => status)).toEqual(['501', '201']);
  });
});

describe('a reference', () => {
  test('means what a POST of the request creates, wherever it stands and in any order', async () => {
    const { group: team } = await groups.create(model, { displayName: 'team' });
    const { Operations } = await run([
      group('outer', 'bulkId:inner'),
      group('inner', 'bulkId:ada', 'bulkId:bob'),
      user('bob', managedBy('bulkId:ada')),
      { method: 'PATCH', path: `/Groups/${team.id}`, data: patchOf({ op: 'add', path: 'members', value: [{ value: 'bulkId:ada' }] }) },
      { method: 'PATCH', path: '/Users/bulkId:bob', data: patchOf({ op: 'add', path: 'title', value: 'x' }) },
      user('cyd', { [`${ENTERPRISE_USER_URN}:manager`]: 'bulkId:bob' }),
      user('ada'),
      { method: 'PATCH', path: '/Groups/bulkId:inner', data: patchOf({ op: 'remove', path: 'members[value eq "bulkId:bob"]' }) },
    ]);
    expect(Operations.map(({ status }) => status)).toEqual(['201', '201', '201', '204', '200', '201', '201', '204']);
    const [outer, inner, bob, , , cyd, ada] = Operations.map(({ location }) => idIn(location));
    expect(await membersOf(outer!)).toEqual([inner]);
    expect(await membersOf(inner!)).toEqual([ada]);
    expect(await membersOf(team.id)).toEqual([ada]);
    expect(await managerOf(bob!)).toBe(ada);
    expect(await managerOf(cyd!)).toBe(bob);
    expect(Operations[4]!.location).toBe(`${BASE}/Users/${bob}`);
  });

  test('to a POST that failed fails its own operation with 409, and so on', async () => {
    await users.create(model, { userName: 'ada' });
    const { Operations } = await run([
      group('outer', 'bulkId:inner'),
      group('inner', 'bulkId:ada'),
      user('ada'),
      { method: 'DELETE', path: '/Users/bulkId:ada' },
      group('other'),
    ]);
    expect(Operations.map(({ status }) => status)).toEqual(['409', '409', '409', '409', '201']);
    expect(Operations[1]!.response).toEqual({
      schemas: [ERROR],
      status: '409',
      detail: 'bulkId "ada" is referred to, but its POST failed; send this operation again together with that one',
    });
    expect(Operations[3]).not.toHaveProperty('location');
    expect(await groupNames()).toEqual(['other']);
  });

  test('to what was deleted meanwhile is what a single request would say', async () => {
    const operations = [user('ada'), { method: 'DELETE', path: '/Users/bulkId:ada' }, group('team', 'bulkId:ada')];
    expect(await statuses(operations)).toEqual(['201', '204', '400']);
  });
});

describe('a circle', () => {
  test('of groups is created and closed, with one result for each', async () => {
    const { Operations } = await run([group('a', 'bulkId:b', 'bulkId:ada'), group('b', 'bulkId:a'), user('ada')]);
    const [a, b, ada] = Operations.map(({ location }) => idIn(location));
    expect(Operations).toEqual([
      { method: 'POST', bulkId: 'a', status: '201', version: 'W/"2"', location: `${BASE}/Groups/${a}` },
      { method: 'POST', bulkId: 'b', status: '201', version: 'W/"1"', location: `${BASE}/Groups/${b}` },
      { method: 'POST', bulkId: 'ada', status: '201', version: 'W/"1"', location: `${BASE}/Users/${ada}` },
    ]);
    expect(new Set(await membersOf(a!))).toEqual(new Set([b, ada]));
    expect(await membersOf(b!)).toEqual([a]);
  });

  test('of managers keeps what else the extension says', async () => {
    const { Operations } = await run([
      user('ada', { [ENTERPRISE_USER_URN]: { department: 'x', manager: { value: 'bulkId:bob' } } }),
      user('bob', { [`${ENTERPRISE_USER_URN}:manager`]: 'bulkId:ada' }),
    ]);
    const [ada, bob] = Operations.map(({ location }) => idIn(location));
    expect(await managerOf(ada!)).toBe(bob);
    expect(await managerOf(bob!)).toBe(ada);
    expect((await users.get(model, ada!)).user.resource[ENTERPRISE_USER_URN]).toMatchObject({ department: 'x' });
  });

  test('can be a person who is their own manager', async () => {
    const { Operations } = await run([user('ceo', managedBy('bulkId:ceo'))]);
    expect(Operations).toMatchObject([{ status: '201', version: 'W/"2"' }]);
    expect(await managerOf(idIn(Operations[0]!.location))).toBe(idIn(Operations[0]!.location));
  });

  test('is created whole or not at all', async () => {
    await groups.create(model, { displayName: 'c' });
    const { Operations } = await run([
      group('a', 'bulkId:b'),
      group('b', 'bulkId:c'),
      group('c', 'bulkId:a'),
      group('d', 'bulkId:a'),
      group('e'),
    ]);
    expect(Operations.map(({ status }) => status)).toEqual(['409', '409', '409', '409', '201']);
    expect(Operations.map(({ response }) => response && 'scimType' in response && response.scimType)).toEqual([
      false,
      false,
      'uniqueness',
      false,
      undefined,
    ]);
    expect((Operations[0]!.response as { detail: string }).detail).toBe(
      'it refers in a circle to bulkId "c", which failed; send the operations of that circle again together',
    );
    expect(Operations[0]).not.toHaveProperty('location');
    expect(await groupNames()).toEqual(['c', 'e']);
  });

  test('is not begun when one of it has no chance', async () => {
    const hopeless = [group('b', 'bulkId:a', 'bulkId:nobody'), { method: 'POST', path: '/Things', bulkId: 'b', data: { x: 'bulkId:a' } }];
    for (const other of hopeless) {
      expect(await statuses([user('a', managedBy('bulkId:b')), other])).toEqual(['409', other['path'] === '/Things' ? '404' : '400']);
    }
    expect(store.everyone(model.key)).toEqual([]);
  });

  test('that can not be closed is taken back', async () => {
    const { Operations } = await run([group('a', 'bulkId:a')]);
    expect(Operations).toMatchObject([{ status: '400', response: { detail: expect.stringContaining('the group itself') } }]);
    expect(await groupNames()).toEqual([]);
  });

  test('is told which attribute was missing because of it', async () => {
    const strict = compileTenantModel(
      aTenantConfig({ mapping: [aRule('userName', 'login'), aRule(`${ENTERPRISE_USER_URN}:manager`, 'boss', { required: true })] }),
    );
    const body = { Operations: [user('ada', managedBy('bulkId:bob')), user('bob', managedBy('bulkId:ada'))] };
    const { Operations } = await runBulk(parts, strict, body, { baseUrl: BASE });
    expect(Operations.map(({ status }) => status)).toEqual(['400', '409']);
    expect((Operations[0]!.response as { detail: string }).detail).toContain(
      `(it was to be created without "${ENTERPRISE_USER_URN}" at first, because of a circle of references)`,
    );
  });
});

describe('failOnErrors', () => {
  test('ends the request after so many errors, and the rest is neither done nor reported', async () => {
    const nobody = { method: 'DELETE', path: '/Users/nobody' };
    const response = await run([user('a'), nobody, user('b'), nobody, user('c'), nobody], { failOnErrors: 2 });
    expect(response.Operations.map(({ method, status }) => `${method} ${status}`)).toEqual([
      'POST 201',
      'DELETE 404',
      'POST 201',
      'DELETE 404',
    ]);
    expect(await userNames()).toEqual(['a', 'b']);
  });

  test('reports in the order of the client what was done out of it', async () => {
    const nobody = { method: 'DELETE', path: '/Users/nobody' };
    const response = await run([group('late', 'bulkId:ada'), nobody, user('ada')], { failOnErrors: 1 });
    expect(response.Operations.map(({ method, status }) => `${method} ${status}`)).toEqual(['DELETE 404']);
  });

  test('is no limit when it is left out', async () => {
    expect(await statuses(Array.from({ length: 50 }, () => ({ method: 'DELETE', path: '/Users/nobody' })))).toEqual(
      Array.from({ length: 50 }, () => '404'),
    );
  });
});

describe('a store that fails in the middle', () => {
  test('answers 503 for each operation from then on, none of them half done', async () => {
    writesLeft = 2;
    const { Operations } = await run([
      user('a'),
      user('b'),
      user('c'),
      group('g', 'bulkId:a'),
      { method: 'DELETE', path: '/Users/bulkId:a' },
    ]);
    expect(Operations.map(({ status }) => status)).toEqual(['201', '201', '503', '503', '503']);
    expect(Operations[3]!.response).toEqual({ schemas: [ERROR], status: '503', detail: expect.stringContaining('does not answer') });
    expect(Operations[4]!.location).toBe(Operations[0]!.location);
    expect(await userNames()).toEqual(['a', 'b']);
    expect(await groupNames()).toEqual([]);
    expect(faults).toEqual([expect.any(StoreUnavailableError)]);
  });

  test('counts as an error for each operation', async () => {
    writesLeft = 1;
    expect(await statuses([user('a'), user('b'), user('c'), user('d')], { failOnErrors: 2 })).toEqual(['201', '503', '503']);
  });

  test('says which resources of a circle it left behind', async () => {
    writesLeft = 2;
    const { Operations } = await run([group('a', 'bulkId:b'), group('b', 'bulkId:c'), group('c', 'bulkId:a'), user('d')]);
    expect(Operations.map(({ status, location }) => [status, location !== undefined])).toEqual([
      ['503', true],
      ['503', true],
      ['503', false],
      ['503', false],
    ]);
    expect((Operations[0]!.response as { detail: string }).detail).toBe(
      'it was created, but then its circle of references could not be closed, nor could it be deleted again; look at it before you send the operation again',
    );
    expect(faults).toEqual([expect.any(StoreUnavailableError)]);
  });

  test('while a circle is taken back is told too', async () => {
    await groups.create(model, { displayName: 'b' });
    // a is created, b is refused, a is not deleted.
    writesLeft = 2;
    const { Operations } = await run([group('a', 'bulkId:b'), group('b', 'bulkId:a'), user('d')]);
    expect(Operations.map(({ status, location }) => [status, location !== undefined])).toEqual([
      ['503', true],
      ['409', false],
      ['503', false],
    ]);
  });
});

test('a defect of the service is a neutral 500 of its operation, and is told to the log', async () => {
  const defect = new TypeError('secret');
  const broken = { ...parts, targets: { ...parts.targets, Groups: { ...parts.targets.Groups, create: () => Promise.reject(defect) } } };
  const { Operations } = await runBulk(broken, model, { Operations: [group('g'), user('ada')] }, { baseUrl: BASE });
  expect(Operations.map(({ status }) => status)).toEqual(['500', '201']);
  expect(JSON.stringify(Operations)).not.toContain('secret');
  expect(faults).toEqual([defect]);
});

test('other requests are served between the operations, whatever store it is', async () => {
  let done = 0;
  const create = async () => ({ id: String((done += 1)), version: 1 });
  const instant = { ...parts, targets: { ...parts.targets, Users: { ...parts.targets.Users, create } } };
  const response = runBulk(instant, model, { Operations: [user('a'), user('b'), user('c')] }, { baseUrl: BASE });
  const doneInBetween = new Promise((resolve) => {
    setImmediate(() => setImmediate(() => resolve(done)));
  });
  expect(await doneInBetween).toBeLessThan(3);
  expect((await response).Operations).toHaveLength(3);
});

test('1,000 operations are done in one request', async () => {
  const people = Array.from({ length: 998 }, (_, index) => user(`u${index}`));
  const all = people.map(({ bulkId }) => `bulkId:${String(bulkId)}`);
  const { Operations } = await run([group('everyone', ...all), ...people, group('last', 'bulkId:everyone')]);
  expect(new Set(Operations.map(({ status }) => status))).toEqual(new Set(['201']));
  expect(await membersOf(idIn(Operations[0]!.location))).toHaveLength(998);
});

describe('whatever comes', () => {
  const method = fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'post');
  const path = fc.oneof(fc.constantFrom('/Users', '/Groups', '/Users/bulkId:a', '/Groups/bulkId:b', '/Users/1', '/Bulk'), fc.string());
  const data = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(group('a', 'bulkId:b')['data'], group('b', 'bulkId:a')['data'], user('c', managedBy('bulkId:a'))['data']),
    fc.constant(patchOf({ op: 'add', path: 'members', value: [{ value: 'bulkId:a' }] })),
  );
  const operation = fc.record(
    { method, path, bulkId: fc.constantFrom('a', 'b', 'c', 'd', ''), version: fc.constantFrom('W/"1"', null), data },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    fc.jsonValue(),
    fc.record(
      { Operations: fc.array(operation, { maxLength: 8 }), failOnErrors: fc.constantFrom(1, 2, null, 0) },
      { requiredKeys: ['Operations'] },
    ),
  );

  test('is a response with a result for each operation, or a refusal of the whole', async () => {
    await fc.assert(
      fc.asyncProperty(body, async (body) => {
        const response = await runBulk(parts, model, body, { baseUrl: BASE }).catch((error: unknown) => error);
        if (response instanceof ScimError) {
          expect([400, 413]).toContain(response.status);
          return;
        }
        const { Operations } = response as BulkResponse;
        const sent = (body as { Operations: unknown[]; failOnErrors?: number | null }).Operations;
        if ((body as { failOnErrors?: number | null }).failOnErrors) expect(Operations.length).toBeLessThanOrEqual(sent.length);
        else expect(Operations).toHaveLength(sent.length);
        for (const { status, response } of Operations) {
          expect(Number(status)).toBeLessThan(500);
          expect(response === undefined).toBe(Number(status) < 300);
        }
      }),
      { numRuns: 300 },
    );
    expect(faults).toEqual([]);
  });

  test('ends with every reference resolved that can be', async () => {
    let round = 0;
    const graph = fc.integer({ min: 1, max: 7 }).chain((size) =>
      fc.record({
        edges: fc.array(fc.array(fc.integer({ min: 0, max: size - 1 }), { maxLength: 3 }), { minLength: size, maxLength: size }),
        failing: fc.array(fc.integer({ min: 0, max: size - 1 }), { maxLength: 1 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(graph, async ({ edges, failing }) => {
        round += 1;
        const name = (index: number): string => `g${round}-${index}`;
        // A group can't be a member of itself, so that one would fail for a reason of its own.
        const members = edges.map((targets, index) => [...new Set(targets)].filter((target) => target !== index));
        for (const index of failing) await groups.create(model, { displayName: name(index) });
        const { Operations } = await run(
          members.map((targets, index) => group(name(index), ...targets.map((target) => `bulkId:${name(target)}`))),
        );

        const doomed = new Set(failing);
        for (let grown = -1; grown !== doomed.size;) {
          grown = doomed.size;
          for (const [index, targets] of members.entries()) if (targets.some((target) => doomed.has(target))) doomed.add(index);
        }
        expect(Operations.map(({ status }) => status)).toEqual(members.map((_, index) => (doomed.has(index) ? '409' : '201')));
        for (const [index, targets] of members.entries()) {
          if (doomed.has(index)) continue;
          const expected = targets.map((target) => idIn(Operations[target]!.location));
          expect(await membersOf(idIn(Operations[index]!.location))).toEqual(expected.toSorted());
        }
        const found = (await groupNames()).filter((displayName) => displayName.startsWith(`g${round}-`));
        expect(found).toHaveLength(members.length - doomed.size + failing.length);
        for (const { id } of (await store.groups.find(model.key, { by: 'all' }, { offset: 0, limit: 200 })).groups)
          await groups.delete(model, id, null);
      }),
      { numRuns: 100 },
    );
  });
});

describe('deactivations in bulk', () => {
  test('count one by one, and those beyond the limit are refused while the rest goes on', async () => {
    const config = aTenantConfig({
      mapping: MAPPING,
      deactivationGuard: { limit: { kind: 'Count', count: 2 }, windowSeconds: 600, refuses: true },
    });
    const guarded = compileTenantModel(config);
    const ids: string[] = [];
    for (const userName of ['a', 'b', 'c', 'd']) ids.push((await users.create(guarded, { userName })).user.id);
    const operations = [
      { method: 'DELETE', path: `/Users/${ids[0]}` },
      { method: 'PATCH', path: `/Users/${ids[1]}`, data: patchOf({ op: 'replace', path: 'active', value: false }) },
      { method: 'PUT', path: `/Users/${ids[2]}`, data: { userName: 'c', active: false } },
      { method: 'DELETE', path: `/Users/${ids[3]}` },
      { method: 'PATCH', path: `/Users/${ids[3]}`, data: patchOf({ op: 'replace', path: 'title', value: 'Dr.' }) },
    ];
    const { Operations: results } = await runBulk(parts, guarded, { Operations: operations }, { baseUrl: BASE });
    expect(results.map(({ status }) => status)).toEqual(['204', '200', '503', '503', '200']);
    expect(waves).toEqual([3, 3].map((deactivations) => ({ deactivations, limit: 2, people: 4 })));
    expect(store.everyone(guarded.key).map(({ resource }) => resource.active)).toEqual([false, false, true, true]);
  });
});
