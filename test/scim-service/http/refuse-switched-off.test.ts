import { describe, expect, test } from '@jest/globals';
import type { TenantState } from '#common/tenant-config.ts';
import type { DocumentedReason } from '#common/troubleshooting-link.ts';
import { startScimService } from '#test/support/a-scim-service.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { explained } from '#test/support/explained.ts';

const CASES: readonly [state: TenantState, detail: string, reason: DocumentedReason][] = [
  [
    { kind: 'Disabled' },
    'ScimTenant team-hr/acme was switched off by its owner (spec.enabled: false); it is switched on with spec.enabled: true, and its data is kept',
    'SwitchedOff',
  ],
  [
    { kind: 'Tripped', openedAt: '2026-11-24T09:00:00Z', reason: '60 of 90 requests failed within 40m' },
    'ScimTenant team-hr/acme was switched off by the failure breaker at 2026-11-24T09:00:00Z: 60 of 90 requests failed within 40m. ' +
      'Once the cause is mended it is switched on with spec.enabled: true or a new value of spec.failurePolicy.resetToken, and its data is kept',
    'Tripped',
  ],
  [
    { kind: 'Deleting', id: 'uid-1', settled: false },
    'ScimTenant team-hr/acme is being deleted, and its people are removed (spec.tenantDeletion: Delete); take this URL out of the directory',
    'Deleting',
  ],
];

describe('a tenant that is switched off', () => {
  test.each(CASES)('answers 503 that says who did it and how it is undone: %j', async (state, detail, reason) => {
    await using service = await startScimService({ configs: [aTenantConfig({ state })] });
    for (const path of ['/Users', '/Users/id-1', '/Groups', '/ServiceProviderConfig', '/Nonsense']) {
      const { status, body, headers } = await service.client.send({ method: 'GET', path });

      expect([status, headers.get('retry-after')]).toEqual([503, '300']);
      expect(body).toEqual({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '503', detail: explained(detail, reason) });
    }
    expect(service.tenant().window.buckets(service.clock.now())).toEqual([]);
  });

  test('is served again with the next config, with its people still there', async () => {
    await using service = await startScimService();
    await service.client.send({ method: 'POST', path: '/Users', body: { userName: 'a', emails: [{ type: 'work', value: 'a@b' }] } });
    service.directory.set(aTenantConfig({ state: { kind: 'Disabled' } }));
    expect((await service.client.send({ method: 'GET', path: '/Users' })).status).toBe(503);
    service.directory.set(aTenantConfig());

    expect((await service.client.send({ method: 'GET', path: '/Users' })).body.totalResults).toBe(1);
  });
});
