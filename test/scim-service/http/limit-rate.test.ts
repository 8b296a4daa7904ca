import { describe, expect, test } from '@jest/globals';
import { scimTenantSpecSchema } from '#operator/api/scim-tenant-spec.ts';
import { startScimService } from '#test/support/a-scim-service.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { createScimClient } from '#test/support/scim-client.ts';
import { explained } from '#test/support/explained.ts';

describe('the rate limit', () => {
  test('answers 429 with whole seconds in Retry-After, counts it nowhere, and leaves other tenants alone', async () => {
    const rateLimit = { requestsPerSecond: 0.4, burst: 2 };
    await using service = await startScimService({ configs: [aTenantConfig({ rateLimit }), aTenantConfig({ name: 'other' })] });
    const ask = () => service.client.send({ method: 'GET', path: '/Users' });
    await ask();
    await ask();
    const { status, body, headers } = await ask();

    expect([status, headers.get('retry-after')]).toEqual([429, '3']);
    expect(body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '429',
      detail: explained('too many requests: this tenant may send 0.4 a second, in bursts of 2', 'RateLimit'),
    });
    expect(service.tenant().window.buckets(service.clock.now())).toEqual([expect.objectContaining({ requests: 2, failures: {} })]);
    const other = createScimClient(`${service.origin}/team-hr/other/scim/v2`, 'token');
    expect((await other.send({ method: 'GET', path: '/Users' })).status).toBe(200);
    service.clock.advance(3_000);
    expect((await ask()).status).toBe(200);
  });

  test('is by default never reached by the 25 requests a second that Entra ID sends, all of a second at once', async () => {
    const { rateLimit } = scimTenantSpecSchema.parse({
      tokenSecretRef: { name: 'acme-scim-token' },
      attributeMapping: [{ source: 'userName', target: 'login' }],
    });
    await using service = await startScimService({ configs: [aTenantConfig({ rateLimit })] });
    for (let second = 0; second < 20; second += 1) {
      const asked = Array.from({ length: 25 }, () => service.client.send({ method: 'GET', path: '/Users', query: 'count=0' }));
      for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
      service.clock.advance(1_000);
    }
  });

  test('is not used up by who has no token', async () => {
    await using service = await startScimService({ configs: [aTenantConfig({ rateLimit: { requestsPerSecond: 0.1, burst: 1 } })] });
    const stranger = createScimClient(service.client.baseUrl, 'wrong');
    for (let index = 0; index < 5; index++) await stranger.send({ method: 'GET', path: '/Users' });

    expect((await service.client.send({ method: 'GET', path: '/Users' })).status).toBe(200);
  });
});
