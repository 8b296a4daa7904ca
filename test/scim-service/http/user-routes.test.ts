import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CORE_USER_URN, ENTERPRISE_USER_URN } from '#common/scim/schema.ts';
import { startScimService, type ScimServiceUnderTest } from '#test/support/a-scim-service.ts';
import { explained } from '#test/support/explained.ts';

const ADA = {
  schemas: [CORE_USER_URN],
  userName: 'ada@acme.example',
  externalId: 'ada',
  emails: [{ type: 'work', value: 'ada@acme.example', primary: true }],
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  title: 'Analyst',
};

let service: ScimServiceUnderTest;
beforeEach(async () => {
  service = await startScimService();
});
afterEach(async () => {
  await service[Symbol.asyncDispose]();
});

const create = (body: object = ADA) => service.client.send({ method: 'POST', path: '/Users', body });

describe('POST /Users', () => {
  test('answers 201 with the person, its Location and its ETag', async () => {
    const { status, body, headers } = await create();

    expect(status).toBe(201);
    expect(body).toEqual({
      schemas: [CORE_USER_URN],
      id: 'id-1',
      userName: 'ada@acme.example',
      externalId: 'ada',
      active: true,
      emails: [{ type: 'work', value: 'ada@acme.example', primary: true }],
      name: { givenName: 'Ada' },
      title: 'Analyst',
      meta: {
        resourceType: 'User',
        created: '2026-11-24T10:00:00.000Z',
        lastModified: '2026-11-24T10:00:00.000Z',
        location: `${service.client.baseUrl}/Users/id-1`,
        version: 'W/"1"',
      },
    });
    expect(headers.get('location')).toBe(`${service.client.baseUrl}/Users/id-1`);
    expect(headers.get('etag')).toBe('W/"1"');
    expect(headers.get('content-type')).toBe('application/scim+json; charset=utf-8');
  });

  test('answers 409 uniqueness for a userName that is taken, in any case', async () => {
    await create();
    const { status, body } = await create({ ...ADA, userName: 'ADA@acme.example' });

    expect(status).toBe(409);
    expect(body).toMatchObject({ status: '409', scimType: 'uniqueness', detail: expect.stringContaining('userName') });
  });

  test('answers 400 invalidValue for a person without what the mapping requires', async () => {
    const { status, body } = await create({ schemas: [CORE_USER_URN], userName: 'ada@acme.example' });

    expect(status).toBe(400);
    expect(body).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '400', scimType: 'invalidValue' });
    expect(body.detail).toContain('emails[type eq \\"work\\"].value');
  });

  test('returns the attributes that are asked for', async () => {
    const { body } = await service.client.send({ method: 'POST', path: '/Users', query: 'attributes=title', body: ADA });

    expect(body).toEqual({ schemas: [CORE_USER_URN], id: 'id-1', title: 'Analyst' });
  });
});

describe('GET /Users/:id', () => {
  test('answers 200 with ETag, and 404 with a SCIM error for nobody', async () => {
    await create();
    const found = await service.client.send({ method: 'GET', path: '/Users/id-1' });
    const missing = await service.client.send({ method: 'GET', path: '/Users/nobody' });

    expect(found.status).toBe(200);
    expect(found.headers.get('etag')).toBe('W/"1"');
    expect(found.body).toMatchObject({ id: 'id-1', userName: 'ada@acme.example', meta: { version: 'W/"1"' } });
    expect(missing.status).toBe(404);
    expect(missing.body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '404',
      detail: 'User "nobody" does not exist in this tenant',
    });
  });

  test.each(['W/"1"', '"1"', '*', 'W/"9", W/"1"'])('answers 304 without a body to If-None-Match %s', async (tag) => {
    await create();
    const { status, body, headers } = await service.client.send({ method: 'GET', path: '/Users/id-1', headers: { 'if-none-match': tag } });

    expect([status, body, headers.get('etag'), headers.get('content-type')]).toEqual([304, null, 'W/"1"', null]);
  });

  test('answers 200 to an If-None-Match of another version', async () => {
    await create();
    const { status } = await service.client.send({ method: 'GET', path: '/Users/id-1', headers: { 'if-none-match': 'W/"2"' } });

    expect(status).toBe(200);
  });

  test('leaves out what is excluded, and never id', async () => {
    await create();
    const { body } = await service.client.send({ method: 'GET', path: '/Users/id-1', query: 'excludedAttributes=emails,%20name,id,meta' });

    expect(body).toEqual({
      schemas: [CORE_USER_URN],
      id: 'id-1',
      userName: 'ada@acme.example',
      externalId: 'ada',
      active: true,
      title: 'Analyst',
    });
  });

  test('HEAD answers the same headers without a body', async () => {
    await create();
    const { status, body, headers } = await service.client.send({ method: 'HEAD', path: '/Users/id-1' });

    expect([status, body, headers.get('etag')]).toEqual([200, null, 'W/"1"']);
    expect(headers.get('content-type')).toBe('application/scim+json; charset=utf-8');
    expect((await service.client.send({ method: 'HEAD', path: '/Users/nobody' })).status).toBe(404);
  });
});

describe('GET /Users', () => {
  test('answers an empty ListResponse when nobody matches', async () => {
    const { status, body } = await service.client.send({ method: 'GET', path: '/Users', query: 'filter=userName+eq+%22nobody%22' });

    expect(status).toBe(200);
    expect(body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 0,
      startIndex: 1,
      itemsPerPage: 0,
      Resources: [],
    });
  });

  test.each([
    ['spaces as +', '/Users', 'filter=userName+eq+"ada%40acme.example"'],
    ['spaces and quotes encoded', '/Users', 'filter=userName%20eq%20%22ADA%40acme.example%22'],
    ['a slash before the query', '/Users/', 'filter=userName%20eq%20%22ada@acme.example%22'],
    ["Entra's flag beside it", '/Users', 'aadOptscim062020&filter=externalId%20eq%20%22ada%22'],
    ["Entra's flag behind it", '/Users', 'filter=externalId%20eq%20%22ada%22&aadOptscim062020'],
    ['a slash too many', '//Users', 'filter=emails%5Btype%20eq%20%22work%22%5D.value%20eq%20%22ada@acme.example%22'],
  ])('finds a person by a filter with %s', async (_name, path, query) => {
    await create();
    await create({ ...ADA, userName: 'bob@acme.example', externalId: 'bob', emails: [{ type: 'work', value: 'bob@acme.example' }] });
    const { status, body } = await service.client.send({ method: 'GET', path, query });

    expect(status).toBe(200);
    expect([body.totalResults, body.itemsPerPage, body.Resources.map((user: { id: string }) => user.id)]).toEqual([1, 1, ['id-1']]);
  });

  test('pages by startIndex and count, and restricts attributes', async () => {
    for (let index = 1; index <= 5; index++) {
      service.clock.advance(1_000);
      await create({ ...ADA, userName: `user-${index}` });
    }
    const { body } = await service.client.send({ method: 'GET', path: '/Users', query: 'startIndex=2&count=2&attributes=userName' });

    expect(body).toMatchObject({ totalResults: 5, startIndex: 2, itemsPerPage: 2 });
    expect(body.Resources).toEqual([
      { schemas: [CORE_USER_URN], id: 'id-2', userName: 'user-2' },
      { schemas: [CORE_USER_URN], id: 'id-3', userName: 'user-3' },
    ]);
  });

  test.each([
    ['startIndex=0&count=-3', { startIndex: 1, itemsPerPage: 0, totalResults: 1 }],
    ['startIndex=-7', { startIndex: 1, itemsPerPage: 1, totalResults: 1 }],
    ['count=0', { startIndex: 1, itemsPerPage: 0, totalResults: 1 }],
    ['count=&startIndex=&filter=&attributes=', { startIndex: 1, itemsPerPage: 1, totalResults: 1 }],
    ['count=100000', { startIndex: 1, itemsPerPage: 1, totalResults: 1 }],
    ['count=99999999999999999999', { startIndex: 1, itemsPerPage: 1, totalResults: 1 }],
    ['count=-99999999999999999999', { startIndex: 1, itemsPerPage: 0, totalResults: 1 }],
    ['startIndex=99999999999999999999', { startIndex: Number.MAX_SAFE_INTEGER, itemsPerPage: 0, totalResults: 1 }],
  ])('takes %s as RFC 7644 section 3.4.2.4 says', async (query, expected) => {
    await create();
    const { status, body } = await service.client.send({ method: 'GET', path: '/Users', query });

    expect(status).toBe(200);
    expect(body).toMatchObject(expected);
  });

  test.each([
    ['count=ten', 'invalidCount', explained('count is "ten"; write a whole number', 'PageSize')],
    ['startIndex=1.5', 'invalidValue', explained('startIndex is "1.5"; write a whole number', 'InvalidValue')],
    ['filter=userName+eq', 'invalidFilter', expect.any(String)],
    ['filter=active+gt+true', 'invalidFilter', expect.stringContaining('eq, ne and pr are accepted')],
    ['filter=shoeSize+eq+42', 'invalidFilter', expect.stringContaining('"shoeSize"')],
  ])('answers 400 to %s', async (query, scimType, detail) => {
    const { status, body } = await service.client.send({ method: 'GET', path: '/Users', query });

    expect([status, body.scimType, body.detail]).toEqual([400, scimType, detail]);
  });
});

describe('PUT and PATCH /Users/:id', () => {
  const patch = (operations: unknown, headers: Record<string, string> = {}) =>
    service.client.send({
      method: 'PATCH',
      path: '/Users/id-1',
      headers,
      body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations },
    });

  test('PUT answers 200 with the new person and the next version', async () => {
    await create();
    const { status, body, headers } = await service.client.send({
      method: 'PUT',
      path: '/Users/id-1',
      body: { ...ADA, title: 'Countess' },
    });

    expect([status, body.title, body.meta.version, headers.get('etag')]).toEqual([200, 'Countess', 'W/"2"', 'W/"2"']);
  });

  test('PATCH answers 200 with the resource', async () => {
    await create();
    const { status, body, headers } = await patch([
      { op: 'Replace', path: 'title', value: 'Countess' },
      { op: 'Add', path: `${ENTERPRISE_USER_URN}:employeeNumber`, value: '7' },
      { op: 'Replace', path: 'active', value: 'False' },
    ]);

    expect([status, headers.get('etag')]).toEqual([200, 'W/"2"']);
    expect(body).toMatchObject({ title: 'Countess', active: false, [ENTERPRISE_USER_URN]: { employeeNumber: '7' } });
    expect(body.schemas).toEqual([CORE_USER_URN, ENTERPRISE_USER_URN]);
  });

  test.each(['PUT', 'PATCH', 'DELETE'])('%s answers 412 to an If-Match of another version and changes nothing', async (method) => {
    await create();
    const body = method === 'PUT' ? ADA : { Operations: [{ op: 'replace', path: 'title', value: 'X' }] };
    const request = { method, path: '/Users/id-1', headers: { 'if-match': 'W/"9"' }, ...(method === 'DELETE' ? {} : { body }) };
    const answer = await service.client.send(request);

    expect([answer.status, answer.body.status]).toEqual([412, '412']);
    expect(service.store.writes).toBe(1);
  });

  test('PATCH with the right If-Match goes through', async () => {
    await create();
    const { status } = await patch([{ op: 'replace', path: 'title', value: 'X' }], { 'if-match': 'W/"1"' });

    expect(status).toBe(200);
  });

  test('answer 404 for nobody', async () => {
    expect((await service.client.send({ method: 'PUT', path: '/Users/x', body: ADA })).status).toBe(404);
    expect((await patch([{ op: 'replace', path: 'title', value: 'X' }])).status).toBe(404);
  });

  test('PATCH answers 400 invalidPath for a path that can not be read', async () => {
    await create();
    const { status, body } = await patch([{ op: 'replace', path: 'emails[type eq', value: 'X' }]);

    expect([status, body.scimType]).toEqual([400, 'invalidPath']);
  });
});

describe('DELETE /Users/:id', () => {
  test('answers 204 without a body, and 404 the second time', async () => {
    await create();
    const first = await service.client.send({ method: 'DELETE', path: '/Users/id-1' });
    const second = await service.client.send({ method: 'DELETE', path: '/Users/id-1' });

    expect([first.status, first.body, first.headers.get('content-type')]).toEqual([204, null, null]);
    expect(second.status).toBe(404);
  });
});

describe('other verbs on /Users', () => {
  test.each([
    ['PUT', '/Users', 'GET, HEAD, POST'],
    ['DELETE', '/Users/', 'GET, HEAD, POST'],
    ['OPTIONS', '/Users', 'GET, HEAD, POST'],
    ['POST', '/Users/id-1', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['PROPFIND', '/Users/id-1', 'GET, HEAD, PUT, PATCH, DELETE'],
  ])('%s %s answers 405 with Allow', async (method, path, allow) => {
    const { status, body, headers } = await service.client.send({ method, path });

    expect([status, body.status, headers.get('allow')]).toEqual([405, '405', allow]);
  });
});
