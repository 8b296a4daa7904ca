import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CORE_GROUP_URN, CORE_USER_URN, ENTERPRISE_USER_URN } from '#common/scim/schema.ts';
import { startScimService, type ScimServiceUnderTest } from '#test/support/a-scim-service.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';

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
      bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 },
      filter: { supported: true, maxResults: 200 },
      sort: { supported: true },
      changePassword: { supported: false },
      pagination: { cursor: true, index: true, defaultPageSize: 100, maxPageSize: 200, cursorTimeout: 600 },
      meta: { location: `${BASE}/ServiceProviderConfig` },
    });
  });

  test('/ResourceTypes lists User and Group, by id too', async () => {
    const list = await get('/ResourceTypes');
    const user = await get('/ResourceTypes/User');
    const group = await get('/ResourceTypes/group');

    expect(list.body).toMatchObject({ totalResults: 2, itemsPerPage: 2, startIndex: 1 });
    expect(list.body.Resources).toEqual([user.body, group.body]);
    expect(user.body).toMatchObject({ id: 'User', endpoint: '/Users', meta: { location: `${BASE}/ResourceTypes/User` } });
    expect(group.body).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: 'Group',
      name: 'Group',
      endpoint: '/Groups',
      description: 'Group',
      schema: CORE_GROUP_URN,
      schemaExtensions: [],
      meta: { resourceType: 'ResourceType', location: `${BASE}/ResourceTypes/Group` },
    });
  });

  test('/Schemas shows exactly what this tenant selects', async () => {
    const { body } = await get('/Schemas');
    const shown = body.Resources.flatMap((schema: { id: string; attributes: { name: string; subAttributes?: { name: string }[] }[] }) =>
      schema.attributes.map(({ name, subAttributes }) => [schema.id, name, subAttributes?.map((sub) => sub.name) ?? null]),
    );

    expect(body.totalResults).toBe(3);
    expect(shown).toEqual([
      [CORE_USER_URN, 'externalId', null],
      [CORE_USER_URN, 'userName', null],
      [CORE_USER_URN, 'name', ['givenName']],
      [CORE_USER_URN, 'title', null],
      [CORE_USER_URN, 'active', null],
      [CORE_USER_URN, 'emails', ['value', 'display', 'type', 'primary']],
      [CORE_USER_URN, 'groups', ['value', '$ref', 'display', 'type']],
      [ENTERPRISE_USER_URN, 'employeeNumber', null],
      [CORE_GROUP_URN, 'externalId', null],
      [CORE_GROUP_URN, 'displayName', null],
      [CORE_GROUP_URN, 'members', ['value', '$ref', 'type']],
    ]);
  });

  test('/Schemas shows each of several sources, lists as such, and nothing for a constant', async () => {
    const acme = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
    const mapping = [
      aRule('nickName', 'name', { otherSources: ['name.formatted'] }),
      aRule(`${acme}:sites`, 'sites', { type: 'StringList' }),
      { ...aRule('title', 'origin'), source: null, constant: 'directory' },
    ];
    await using own = await startScimService({ configs: [aTenantConfig({ mapping, groups: { enabled: false } })] });
    const { body } = await own.client.send({ method: 'GET', path: '/Schemas' });

    expect(
      body.Resources.map(({ id, attributes }: { id: string; attributes: { name: string; type: string; multiValued: boolean }[] }) => [
        id,
        ...attributes.map(({ name, type, multiValued }) => `${name} ${type}${multiValued ? '[]' : ''}`),
      ]),
    ).toEqual([
      [CORE_USER_URN, 'externalId string', 'userName string', 'name complex', 'nickName string', 'active boolean'],
      [acme, 'sites string[]'],
    ]);
  });

  test('/Schemas/:id answers one of them in any case, and 404 for another', async () => {
    const list = await get('/Schemas');
    expect((await get(`/Schemas/${ENTERPRISE_USER_URN}`)).body).toEqual(list.body.Resources[1]);
    expect((await get(`/Schemas/${CORE_USER_URN.toLowerCase()}`)).body).toEqual(list.body.Resources[0]);
    expect((await get('/Schemas/urn:x')).body).toMatchObject({ status: '404', detail: 'schema "urn:x" does not exist in this tenant' });
    expect((await get('/ResourceTypes/Device')).status).toBe(404);
  });

  test('shows nothing of groups to a tenant that has none', async () => {
    await using own = await startScimService({ configs: [aTenantConfig({ groups: { enabled: false } })] });
    const types = await own.client.send({ method: 'GET', path: '/ResourceTypes' });
    const schemas = await own.client.send({ method: 'GET', path: '/Schemas' });

    expect(types.body.Resources.map(({ id }: { id: string }) => id)).toEqual(['User']);
    expect(schemas.body.Resources.map(({ id }: { id: string }) => id)).toEqual([CORE_USER_URN, ENTERPRISE_USER_URN]);
    expect(JSON.stringify(schemas.body)).not.toContain('"groups"');
    expect((await own.client.send({ method: 'GET', path: `/Schemas/${CORE_GROUP_URN}` })).status).toBe(404);
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

  test.each(['/ServiceProviderConfig', '/ResourceTypes', '/Schemas', `/Schemas/${CORE_USER_URN}`])(
    '%s ignores paging, sorting and attributes',
    async (path) => {
      const ignoring = await get(path, 'startIndex=2&count=1&cursor=&sortBy=id&sortOrder=up&attributes=id&excludedAttributes=name&x=1');

      expect([ignoring.status, ignoring.body]).toEqual([200, (await get(path)).body]);
    },
  );

  test.each(['GET', 'POST', 'PATCH', 'DELETE'])('%s /Me answers 501', async (method) => {
    const { status, body } = await service.client.send({ method, path: '/Me' });

    expect([status, body.status]).toEqual([501, '501']);
  });
});
