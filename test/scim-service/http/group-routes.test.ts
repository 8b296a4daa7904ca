import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startScimService, type ScimServiceUnderTest } from '#test/support/a-scim-service.ts';

let service: ScimServiceUnderTest;
beforeAll(async () => {
  service = await startScimService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

describe('/Groups', () => {
  test.each(['', 'excludedAttributes=members&filter=displayName+eq+%22x%22', 'startIndex=1&count=100'])(
    'GET with %j finds nothing, so that a connection test passes',
    async (query) => {
      const { status, body } = await service.client.send({ method: 'GET', path: '/Groups', query });

      expect(status).toBe(200);
      expect(body).toEqual({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
        totalResults: 0,
        startIndex: 1,
        itemsPerPage: 0,
        Resources: [],
      });
    },
  );

  test('GET by id answers 404', async () => {
    const { status, body } = await service.client.send({ method: 'GET', path: '/Groups/7', query: 'excludedAttributes=members' });

    expect([status, body.status, body.detail]).toEqual([404, '404', 'group "7" does not exist in this tenant']);
  });

  test.each([
    ['POST', '/Groups'],
    ['PUT', '/Groups/7'],
    ['PATCH', '/Groups/7'],
    ['DELETE', '/Groups/7'],
  ])('%s %s answers 501 that says what is served', async (method, path) => {
    const { status, body } = await service.client.send({ method, path, ...(method === 'DELETE' ? {} : { body: { displayName: 'x' } }) });

    expect([status, body.status, body.detail]).toEqual([
      501,
      '501',
      'this version serves users only; leave groups out of the provisioning job',
    ]);
  });
});
