import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CORE_USER_URN, ENTERPRISE_USER_URN } from '#common/scim/schema.ts';
import { startScimService, type ScimServiceUnderTest } from '#test/support/a-scim-service.ts';

let service: ScimServiceUnderTest;
beforeAll(async () => {
  service = await startScimService({ externalUrl: 'https://scim.example.com' });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const get = (path: string, query?: string) => service.client.send({ method: 'GET', path, query: query ?? null });
const BASE = 'https://scim.example.com/team-hr/acme/scim/v2';

describe('discovery', () => {
  test('/ServiceProviderConfig tells what is supported, with URLs below the external one', async () => {
    const { status, body } = await get('/ServiceProviderConfig');

    expect(status).toBe(200);
    expect(body).toMatchObject({
      patch: { supported: true },
      etag: { supported: true },
      bulk: { supported: false },
      meta: { location: `${BASE}/ServiceProviderConfig` },
    });
  });

  test('/ResourceTypes lists User, by id too', async () => {
    const list = await get('/ResourceTypes');
    const one = await get('/ResourceTypes/User');

    expect(list.body).toMatchObject({ totalResults: 1, itemsPerPage: 1, startIndex: 1 });
    expect(list.body.Resources).toEqual([one.body]);
    expect(one.body).toMatchObject({ id: 'User', endpoint: '/Users', meta: { location: `${BASE}/ResourceTypes/User` } });
  });

  test('/Schemas shows exactly what this tenant selects', async () => {
    const { body } = await get('/Schemas');
    const shown = body.Resources.flatMap((schema: { id: string; attributes: { name: string; subAttributes?: { name: string }[] }[] }) =>
      schema.attributes.map(({ name, subAttributes }) => [schema.id, name, subAttributes?.map((sub) => sub.name) ?? null]),
    );

    expect(body.totalResults).toBe(2);
    expect(shown).toEqual([
      [CORE_USER_URN, 'externalId', null],
      [CORE_USER_URN, 'userName', null],
      [CORE_USER_URN, 'name', ['givenName']],
      [CORE_USER_URN, 'title', null],
      [CORE_USER_URN, 'active', null],
      [CORE_USER_URN, 'emails', ['value', 'display', 'type', 'primary']],
      [ENTERPRISE_USER_URN, 'employeeNumber', null],
    ]);
  });

  test('/Schemas/:id answers one of them in any case, and 404 for another', async () => {
    const list = await get('/Schemas');
    expect((await get(`/Schemas/${ENTERPRISE_USER_URN}`)).body).toEqual(list.body.Resources[1]);
    expect((await get(`/Schemas/${CORE_USER_URN.toLowerCase()}`)).body).toEqual(list.body.Resources[0]);
    expect((await get('/Schemas/urn:x')).body).toMatchObject({ status: '404', detail: 'schema "urn:x" does not exist in this tenant' });
    expect((await get('/ResourceTypes/Group')).status).toBe(404);
  });

  test.each(['/ServiceProviderConfig', '/ResourceTypes', '/ResourceTypes/User', '/Schemas', `/Schemas/${CORE_USER_URN}`])(
    '%s answers 403 to a filter and 405 to a write',
    async (path) => {
      const filtered = await get(path, 'filter=id+eq+%22User%22');
      const written = await service.client.send({ method: 'POST', path, body: {} });

      expect([filtered.status, filtered.body.status]).toEqual([403, '403']);
      expect([written.status, written.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    },
  );

  test.each(['GET', 'POST', 'PATCH', 'DELETE'])('%s /Me answers 501', async (method) => {
    const { status, body } = await service.client.send({ method, path: '/Me' });

    expect([status, body.status]).toEqual([501, '501']);
  });
});
