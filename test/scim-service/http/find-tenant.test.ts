import { describe, expect, test } from '@jest/globals';
import { startScimService } from '#test/support/a-scim-service.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { explained } from '#test/support/explained.ts';

const REFUSED = { revision: '0123456789abcdef', reason: 'it requires "dreams", which this pod does not know' };

describe('a tenant whose config this pod can not serve', () => {
  test('answers 503 to everybody while it has never had a good one, since a good token is not known either; no other tenant does', async () => {
    await using service = await startScimService({ configs: [aTenantConfig({ name: 'other' })] });
    service.directory.refuse('team-hr/acme', REFUSED);
    for (const authorization of ['Bearer token', 'Bearer nonsense', '']) {
      const { status, headers, body } = await service.client.send({ method: 'GET', path: '/Users', headers: { authorization } });
      expect([status, headers.get('retry-after'), headers.get('www-authenticate')]).toEqual([503, '60', null]);
      expect(body).toEqual({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '503',
        detail: explained(
          'the configuration of this tenant needs another version of the SCIM service than the one that answers; send the request again later',
          'ConfigRefused',
        ),
      });
    }
    const statusOf = async (tenant: string): Promise<number> =>
      (await fetch(`${service.origin}/team-hr/${tenant}/scim/v2/Users`, { headers: { authorization: 'Bearer token' } })).status;
    expect([await statusOf('other'), await statusOf('unknown')]).toEqual([200, 401]);
    expect(await service.metrics('scim_refused_tenant_configs')).toEqual(['scim_refused_tenant_configs 1']);
  });

  test('is served by the last good one, with its tokens and no others', async () => {
    await using service = await startScimService();
    service.directory.refuse('team-hr/acme', REFUSED);
    expect((await service.client.send({ method: 'GET', path: '/Users' })).status).toBe(200);
    expect((await service.client.send({ method: 'GET', path: '/Users', headers: { authorization: 'Bearer nonsense' } })).status).toBe(401);
    expect(await service.metrics('scim_refused_tenant_configs')).toEqual(['scim_refused_tenant_configs 1']);
  });

  test('is served once a config comes that this pod knows', async () => {
    await using service = await startScimService({ configs: [] });
    service.directory.refuse('team-hr/acme', REFUSED);
    service.directory.set(aTenantConfig());
    expect((await service.client.send({ method: 'GET', path: '/Users' })).status).toBe(200);
    expect(await service.metrics('scim_refused_tenant_configs')).toEqual(['scim_refused_tenant_configs 0']);
  });
});
