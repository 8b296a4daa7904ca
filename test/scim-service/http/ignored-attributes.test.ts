import { describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { reportIgnoredAttributes } from '#scim-service/http/ignored-attributes.ts';
import { createServiceMetrics } from '#scim-service/http/service-metrics.ts';
import { aLog } from '#test/support/a-log.ts';
import { startScimService } from '#test/support/a-scim-service.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';

describe('attributes that a tenant does not select', () => {
  test('are counted each time and named in the log once for each tenant and attribute', async () => {
    await using service = await startScimService();
    const person = (userName: string) => ({ userName, emails: [{ type: 'work', value: 'a@b' }], nickName: 'A', costCode: 7 });
    await service.client.send({ method: 'POST', path: '/Users', body: person('a') });
    await service.client.send({ method: 'POST', path: '/Users', body: person('b') });

    expect(await service.metrics('scim_ignored_attributes_total')).toEqual([
      'scim_ignored_attributes_total{namespace="team-hr",tenant="acme"} 4',
    ]);
    const named = service.log.filter(({ attribute }) => attribute !== undefined);
    expect(named).toHaveLength(2);
    expect(named).toEqual(
      expect.arrayContaining(
        ['nickName', 'costCode'].map((attribute) => ({
          level: 'info',
          tenant: 'team-hr/acme',
          attribute,
          msg: 'attribute is not selected by the mapping and was ignored',
        })),
      ),
    );
  });

  test('can not fill the log, however many names a client invents', async () => {
    const registry = new Registry();
    const { logger, lines } = aLog();
    const report = reportIgnoredAttributes({ metrics: createServiceMetrics(registry), logger });
    const acme = compileTenantModel(aTenantConfig());
    for (let index = 0; index < 500; index++) report(acme, ['x'.repeat(500), `name-${index}`]);
    report(compileTenantModel(aTenantConfig({ name: 'other' })), ['name-1']);
    report(acme, []);

    expect(lines).toHaveLength(101);
    expect(lines[0]?.['attribute']).toBe('x'.repeat(200));
    expect(await registry.metrics()).toContain('scim_ignored_attributes_total{namespace="team-hr",tenant="acme"} 1000');
  });
});
