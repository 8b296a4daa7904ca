import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CORE_GROUP_URN } from '#common/scim/schema.ts';
import { startScimService, type ScimServiceUnderTest } from '#test/support/a-scim-service.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import type { ScimAnswer } from '#test/support/scim-client.ts';

let service: ScimServiceUnderTest;
beforeEach(async () => {
  service = await startScimService({ externalUrl: 'https://scim.example.com' });
});
afterEach(async () => {
  await service[Symbol.asyncDispose]();
});

const BASE = 'https://scim.example.com/team-hr/acme/scim/v2';
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

const send = (method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<ScimAnswer> => {
  const [bare = '', query = ''] = path.split('?');
  return service.client.send({ method, path: bare, query, body, headers });
};

/** Ada is id-1, the group Crew with her is id-2. */
async function prepare(): Promise<void> {
  await send('POST', '/Users', { userName: 'ada', emails: [{ type: 'work', value: 'ada@acme.example' }] });
  await send('POST', '/Groups', { displayName: 'Crew', members: [{ value: 'id-1' }] });
}

const MEMBER = { value: 'id-1', $ref: `${BASE}/Users/id-1`, type: 'User' };
const CREW = {
  schemas: [CORE_GROUP_URN],
  id: 'id-2',
  displayName: 'Crew',
  meta: {
    resourceType: 'Group',
    created: '2026-11-24T10:00:00.000Z',
    lastModified: '2026-11-24T10:00:00.000Z',
    location: `${BASE}/Groups/id-2`,
    version: 'W/"1"',
  },
  members: [MEMBER],
};

/** From now on whoever reads members fails the request. */
function refuseReadingMembers(): void {
  service.store.memberships.members = async () => {
    throw new Error('members were read');
  };
}

test('a person who joins a group keeps the version, and so does an answer to If-None-Match', async () => {
  await prepare();
  await send('POST', '/Groups', { displayName: 'Officers', members: [{ value: 'id-1' }] });
  const { body, headers } = await send('GET', '/Users/id-1');

  expect(body.groups).toMatchObject([{ display: 'Crew' }, { display: 'Officers' }]);
  expect(headers.get('etag')).toBe('W/"1"');
  expect((await send('GET', '/Users/id-1', undefined, { 'If-None-Match': 'W/"1"' })).status).toBe(304);
});

describe('POST /Groups', () => {
  test('answers 201 with the group, its Location below the external URL and its ETag', async () => {
    await send('POST', '/Users', { userName: 'ada', emails: [{ type: 'work', value: 'ada@acme.example' }] });
    const { status, body, headers } = await send(
      'POST',
      '/Groups/',
      { displayName: 'Crew', members: [{ value: 'id-1' }] },
      { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' },
    );

    expect([status, body]).toEqual([201, CREW]);
    expect([headers.get('location'), headers.get('etag')]).toEqual([`${BASE}/Groups/id-2`, 'W/"1"']);
  });

  test('answers 409 uniqueness for a displayName that is taken, and 400 for a member that nobody knows', async () => {
    await prepare();
    const taken = await send('POST', '/Groups', { displayName: 'CREW' });
    const unknown = await send('POST', '/Groups', { displayName: 'Others', members: [{ value: 'nobody' }] });

    expect([taken.status, taken.body.scimType]).toEqual([409, 'uniqueness']);
    expect([unknown.status, unknown.body.scimType, unknown.body.detail]).toEqual([
      400,
      'invalidValue',
      expect.stringContaining('"nobody"'),
    ]);
  });
});

describe('GET /Groups/:id', () => {
  beforeEach(prepare);

  test('answers 200 with members and ETag, 404 for nobody', async () => {
    const found = await send('GET', '/Groups/id-2');
    const missing = await send('GET', '/Groups/nobody');

    expect([found.status, found.body, found.headers.get('etag')]).toEqual([200, CREW, 'W/"1"']);
    expect([missing.status, missing.body.detail]).toEqual([404, 'Group "nobody" does not exist in this tenant']);
  });

  test.each([
    ['excludedAttributes=members', { ...CREW, members: undefined }],
    ['attributes=displayName', { schemas: [CORE_GROUP_URN], id: 'id-2', displayName: 'Crew' }],
    ['excludedAttributes=MEMBERS,meta', { schemas: [CORE_GROUP_URN], id: 'id-2', displayName: 'Crew' }],
  ])('%s leaves members unread', async (query, expected) => {
    refuseReadingMembers();
    const { status, body } = await send('GET', `/Groups/id-2?${query}`);

    expect([status, body]).toEqual([200, JSON.parse(JSON.stringify(expected))]);
  });

  test('gives parts of members', async () => {
    expect((await send('GET', '/Groups/id-2?attributes=members.value')).body).toEqual({
      schemas: [CORE_GROUP_URN],
      id: 'id-2',
      members: [{ value: 'id-1' }],
    });
  });

  test('answers 304 to an If-None-Match of the version that there is, members unread', async () => {
    refuseReadingMembers();
    const known = await send('GET', '/Groups/id-2', undefined, { 'if-none-match': 'W/"1"' });

    expect([known.status, known.body, known.headers.get('etag')]).toEqual([304, null, 'W/"1"']);
    expect((await send('GET', '/Groups/id-2?excludedAttributes=members', undefined, { 'if-none-match': 'W/"7"' })).status).toBe(200);
  });

  test('HEAD answers as GET does, without a body', async () => {
    const get = await send('GET', '/Groups/id-2');
    const head = await send('HEAD', '/Groups/id-2');

    expect([head.status, head.body]).toEqual([200, null]);
    for (const name of ['etag', 'content-type', 'content-length']) expect(head.headers.get(name)).toBe(get.headers.get(name));
  });
});

describe('GET /Groups', () => {
  beforeEach(prepare);

  test('lists groups with their members', async () => {
    await send('POST', '/Groups', { displayName: 'Empty' });
    const { status, body } = await send('GET', '/Groups');

    expect(status).toBe(200);
    expect({ ...body, Resources: body.Resources.length }).toEqual({
      schemas: [LIST],
      totalResults: 2,
      startIndex: 1,
      itemsPerPage: 2,
      Resources: 2,
    });
    expect(body.Resources[0]).toEqual(CREW);
    expect(body.Resources[1]).toMatchObject({ id: 'id-3', displayName: 'Empty' });
    expect(body.Resources[1].members).toBeUndefined();
  });

  test('lists them without members, which nobody reads then', async () => {
    refuseReadingMembers();
    const { body } = await send('GET', '/Groups?excludedAttributes=members&filter=displayName+eq+%22crew%22');

    expect(body.Resources).toEqual([{ ...CREW, members: undefined }].map((group) => JSON.parse(JSON.stringify(group))));
  });

  test('finds them by member, sorts them and pages them by index and by cursor', async () => {
    await send('POST', '/Groups', { displayName: 'Bakers' });
    await send('POST', '/Groups', { displayName: 'Archers' });
    const names = async (query: string): Promise<unknown> =>
      (await send('GET', `/Groups?${query}`)).body.Resources.map(({ displayName }: { displayName: string }) => displayName);

    expect(await names('filter=members.value+eq+%22id-1%22')).toEqual(['Crew']);
    expect(await names('sortBy=displayName')).toEqual(['Archers', 'Bakers', 'Crew']);
    expect(await names('sortBy=displayName&sortOrder=descending&count=1&startIndex=2')).toEqual(['Bakers']);
    const first = (await send('GET', '/Groups?cursor&count=2&excludedAttributes=members')).body;
    expect([first.itemsPerPage, first.startIndex]).toEqual([2, undefined]);
    expect(await names(`cursor=${first.nextCursor}&count=2`)).toEqual(['Archers']);
  });

  test.each([
    ['sortOrder=sideways', 'invalidValue'],
    ['sortBy=nonsense', 'invalidValue'],
    ['count=many', 'invalidCount'],
    ['cursor&count=0', 'invalidCount'],
    ['cursor=nonsense', 'invalidCursor'],
    ['filter=displayName+eq', 'invalidFilter'],
  ])('answers 400 to %s with scimType %s', async (query, scimType) => {
    const { status, body } = await send('GET', `/Groups?${query}`);

    expect([status, body.scimType]).toEqual([400, scimType]);
  });
});

describe('changes of a group', () => {
  beforeEach(prepare);

  test('PATCH answers 204 with the new ETag and reads no members', async () => {
    refuseReadingMembers();
    const { status, body, headers } = await send('PATCH', '/Groups/id-2', {
      Operations: [{ op: 'Remove', path: 'members[value eq "id-1"]' }],
    });

    expect([status, body, headers.get('etag')]).toEqual([204, null, 'W/"2"']);
  });

  test('PATCH answers 200 with what attributes names', async () => {
    const operation = { Operations: [{ op: 'replace', path: 'displayName', value: 'Staff' }] };
    const { status, body } = await send('PATCH', '/Groups/id-2?attributes=displayName,members', operation);

    expect([status, body]).toEqual([200, { schemas: [CORE_GROUP_URN], id: 'id-2', displayName: 'Staff', members: [MEMBER] }]);
  });

  test('PUT answers 200 with the group as it is then', async () => {
    const { status, body, headers } = await send('PUT', '/Groups/id-2', { displayName: 'Staff', externalId: 'x' });

    expect([status, headers.get('etag')]).toEqual([200, 'W/"2"']);
    expect(body).toMatchObject({ id: 'id-2', displayName: 'Staff', externalId: 'x', meta: { version: 'W/"2"' } });
    expect(body.members).toBeUndefined();
  });

  test.each(['PUT', 'PATCH', 'DELETE'])('%s answers 412 to an If-Match of another version', async (method) => {
    const body = method === 'DELETE' ? undefined : { displayName: 'Staff', Operations: [] };
    const { status } = await send(method, '/Groups/id-2', body, { 'if-match': 'W/"9"' });

    expect(status).toBe(412);
    expect((await send('GET', '/Groups/id-2')).body).toEqual(CREW);
  });

  test('DELETE answers 204, and 404 the second time', async () => {
    expect([(await send('DELETE', '/Groups/id-2')).status, (await send('DELETE', '/Groups/id-2')).status]).toEqual([204, 404]);
  });
});

describe('a tenant without groups', () => {
  beforeEach(async () => {
    service.directory.set(aTenantConfig({ generation: 2, groups: { enabled: false } }));
  });

  test.each([
    ['GET', ''],
    ['GET', '?excludedAttributes=members&filter=displayName+eq+%22x%22'],
    ['GET', '?startIndex=1&count=100'],
    ['POST', '/.search'],
  ])('%s /Groups%s finds nothing, so that a connection test passes', async (method, path) => {
    const { status, body } = await send(method, `/Groups${path}`, method === 'POST' ? {} : undefined);

    expect([status, body]).toEqual([200, { schemas: [LIST], totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] }]);
  });

  test.each([
    ['GET', '/Groups/7', 404],
    ['POST', '/Groups', 501],
    ['PUT', '/Groups/7', 501],
    ['PATCH', '/Groups/7', 501],
    ['DELETE', '/Groups/7', 501],
  ])('%s %s answers %d that says how they are switched on', async (method, path, expected) => {
    const body = ['GET', 'DELETE'].includes(method) ? undefined : { displayName: 'x', Operations: [] };
    const answer = await send(method, path, body);

    expect([answer.status, answer.body.status]).toEqual([expected, String(expected)]);
    expect(answer.body.detail).toContain('spec.groups.enabled');
  });
});
