import { describe, expect, test } from '@jest/globals';
import { parseTenantConfig, projectionRevision, renderTenantConfig, tenantConfigRevision } from '#common/tenant-config.ts';
import { startScimService, type ScimServiceUnderTest } from '#test/support/a-scim-service.ts';
import { RELEASES, releasedConfig, releasedConfigs } from '#test/support/released-configs.ts';
import { createScimClient, type ScimClient } from '#test/support/scim-client.ts';

/**
 * Configs as released operators rendered them. After an upgrade the new pods meet these first, and they shall make of them
 * what the pods before did; what is expected below was seen with the version that rendered them.
 */

/** Revision and projection under which the pods and the people's records of before know each config of 0.1.0. */
const KNOWN_AS: Readonly<Record<string, readonly [revision: string, projection: string]>> = {
  deleting: ['57548de4030c054c', '126d9eef6a08fd5c'],
  'deleting-settled': ['774e2218e0ce894b', '1788f993b4772e35'],
  disabled: ['c535023a1d465170', '34bfae29a4ec37bd'],
  'every-rule': ['1fba181cc8bf9fb3', '005e3499a9b6f03b'],
  least: ['35bbf7c2924bfb75', '126d9eef6a08fd5c'],
  'no-token': ['60b2990cc48e195f', '34bfae29a4ec37bd'],
  preset: ['75f27c632a911052', '0495c6475e653509'],
  tripped: ['423002e530442283', '126d9eef6a08fd5c'],
  'two-tokens': ['22d25109a2c2d3bc', '1222737fcd6da646'],
};

const TOKEN = 'a-token-of-more-than-24-characters';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const BADGE = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';

test('there are configs of every version that was released', () => {
  expect(RELEASES).toEqual(['0.1.0']);
  expect([...releasedConfigs('0.1.0').keys()].toSorted()).toEqual(Object.keys(KNOWN_AS));
});

describe.each(Object.entries(KNOWN_AS))('the config "%s" of 0.1.0', (example, [revision, projection]) => {
  const text = releasedConfig('0.1.0', example);

  test('is rendered by this version as it was by that one, so that an upgrade writes no config and touches no person', () => {
    const config = parseTenantConfig(text);
    expect(renderTenantConfig(config)).toBe(text);
    expect(tenantConfigRevision(config)).toBe(revision);
    expect(projectionRevision(config)).toBe(projection);
  });
});

describe('a pod with a config of 0.1.0', () => {
  async function serve(example: string): Promise<ScimServiceUnderTest & { client: ScimClient; clientOf(token: string): ScimClient }> {
    const service = await startScimService({ configs: [parseTenantConfig(releasedConfig('0.1.0', example))] });
    const clientOf = (token: string): ScimClient => createScimClient(`${service.origin}/team-hr/acme/scim/v2`, token);
    return { ...service, clientOf, client: clientOf(TOKEN), [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
  }

  test('makes the same record of a person, rule by rule, and refuses what it refused', async () => {
    await using service = await serve('every-rule');
    const person = {
      userName: 'Ada@Example.com',
      name: { givenName: '  Ada ' },
      emails: [{ type: 'home', value: 'ada@home.example', primary: true }],
      profileUrl: 'https://example.com/ada',
      roles: [{ value: 'admin' }, { value: 'author' }],
      userType: 'employee',
      title: 'Head',
      [ENTERPRISE]: { employeeNumber: '42' },
      [BADGE]: { badge: '1.5', onSite: 'True', since: '2026-01-31' },
    };
    const created = await service.client.send({ method: 'POST', path: '/Users', body: person });
    expect(created.status).toBe(201);
    const stored = await service.store.users.findById('team-hr/acme', created.body.id);
    expect(stored?.person).toEqual({
      login: 'ada@example.com',
      contact: { email: 'ada@home.example' },
      firstName: 'Ada',
      personnelNumber: 42,
      badge: 1.5,
      onSite: true,
      since: '2026-01-31T00:00:00.000Z',
      page: 'https://example.com/ada',
      roles: ['admin', 'author'],
      contract: 'internal',
      grade: 2,
      origin: 'directory',
      role: 'employee',
      credit: 1.5,
      vip: false,
    });

    const unlisted = await service.client.send({ method: 'POST', path: '/Users', body: { ...person, userName: 'b', title: 'Chef' } });
    expect([unlisted.status, unlisted.body.scimType]).toEqual([400, 'invalidValue']);
    const nameless = await service.client.send({ method: 'POST', path: '/Users', body: { ...person, userName: '' } });
    expect([nameless.status, nameless.body.scimType]).toEqual([400, 'invalidValue']);
  });

  test('lets one person be switched off within a window of 40 minutes, and refuses as many as it refused', async () => {
    await using service = await serve('every-rule');
    const statuses: number[] = [];
    for (const userName of ['ada', 'ben', 'cy']) {
      const { body } = await service.client.send({ method: 'POST', path: '/Users', body: { userName } });
      const patch = {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'replace', value: { active: false } }],
      };
      statuses.push((await service.client.send({ method: 'PATCH', path: `/Users/${body.id}`, body: patch })).status);
    }
    expect(statuses).toEqual([200, 503, 503]);
    expect(service.tenant().waves.current).toMatchObject({ deactivations: 2, limit: 1 });
  });

  test('takes what a preset takes', async () => {
    await using service = await serve('preset');
    const { body } = await service.client.send({ method: 'GET', path: '/Schemas' });
    const schemas = body.Resources as { id: string; attributes: { name: string }[] }[];
    expect(schemas.map(({ id, attributes }) => [id, attributes.length])).toEqual([
      ['urn:ietf:params:scim:schemas:core:2.0:User', 11],
      [ENTERPRISE, 3],
      ['urn:ietf:params:scim:schemas:core:2.0:Group', 3],
    ]);
  });

  test.each(['least', 'two-tokens'])('lets in who was let in: %s', async (example) => {
    await using service = await serve(example);
    const status = async (token: string): Promise<number> => (await service.clientOf(token).send({ method: 'GET', path: '/Users' })).status;
    const newer = 'another-token-of-more-than-24-characters';
    const [first, second] = [await status(TOKEN), await status(newer)];
    // The overlap of a day has begun at 6:00, and the clock stands at 10:00.
    service.clock.advance(21 * 3_600_000);
    const nextDay = [await status(TOKEN), await status(newer)];
    expect([first, second, ...nextDay]).toEqual(example === 'least' ? [200, 401, 200, 401] : [200, 200, 401, 200]);
  });

  test.each([
    { example: 'no-token', status: 401, detail: 'no tenant with this URL and this bearer token' },
    { example: 'disabled', status: 503, detail: 'was switched off by its owner' },
    {
      example: 'tripped',
      status: 503,
      detail: 'switched off by the failure breaker at 2026-11-24T06:01:20Z: 150 of 200 requests failed within 40m: 150 InvalidValue',
    },
    { example: 'deleting', status: 503, detail: 'is being deleted' },
    // Of a tenant that never had a config, so nobody has a token.
    { example: 'deleting-settled', status: 401, detail: 'no tenant with this URL and this bearer token' },
  ])('answers $status where it did: $example', async ({ example, status, detail }) => {
    await using service = await serve(example);
    const answer = await service.client.send({ method: 'GET', path: '/Users' });
    expect(answer.status).toBe(status);
    expect(answer.body.detail).toContain(detail);
  });

  test.each([
    ['deleting', false],
    ['deleting-settled', true],
  ])('goes on removing the people of a deleted tenant: %s', async (example, settled) => {
    await using service = await serve(example);
    const { state } = service.tenant().config;
    expect(state).toEqual({ kind: 'Deleting', id: '0f5c9a1e-6b7d-4c3a-9f55-2d1f3c8b7a60', settled });
  });
});
