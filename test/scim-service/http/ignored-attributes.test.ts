import { describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { reportIgnoredAttributes } from '#scim-service/http/ignored-attributes.ts';
import { createServiceMetrics } from '#scim-service/http/service-metrics.ts';
import { IgnoredNames } from '#scim-service/tenancy/ignored-names.ts';
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
    const known = new Map<string, IgnoredNames>([
      ['team-hr/acme', new IgnoredNames()],
      ['team-hr/other', new IgnoredNames()],
    ]);
    const report = reportIgnoredAttributes({ metrics: createServiceMetrics(registry), logger, namesOf: (key) => known.get(key) ?? null });
    const model = (name: string) => compileTenantModel(aTenantConfig({ name }));
    const acme = model('acme');
    for (let index = 0; index < 500; index++) report(acme, ['x'.repeat(500), `name-${index}`]);
    report(model('other'), ['name-1']);
    report(model('gone'), ['name-1']);
    report(acme, []);

    expect(lines.map(({ tenant, attribute }) => [tenant, attribute])).toEqual([
      ...Array.from({ length: 100 }, (_, index) => ['team-hr/acme', `name-${index}`]),
      ['team-hr/other', 'name-1'],
    ]);
    expect(await registry.metrics()).toContain('scim_ignored_attributes_total{namespace="team-hr",tenant="acme"} 1000');
    expect(await registry.metrics()).toContain('scim_ignored_attributes_total{namespace="team-hr",tenant="gone"} 1');
  });

  test('are named anew when the mapping has changed', async () => {
    await using service = await startScimService();
    const send = (userName: string) =>
      service.client.send({ method: 'POST', path: '/Users', body: { userName, emails: [{ type: 'work', value: 'a@b' }], costCode: 7 } });
    await send('a');
    await send('b');
    service.directory.set(aTenantConfig({ generation: 2 }));
    await send('c');
    const named = () => service.log.filter(({ attribute }) => attribute === 'costCode').length;
    expect(named()).toBe(1);
    const { mapping } = aTenantConfig();
    service.directory.set(aTenantConfig({ generation: 3, mapping: [...mapping, { ...mapping[0]!, source: 'nickName', target: 'alias' }] }));
    await send('d');

    expect(named()).toBe(2);
    expect(service.tenant().ignored.list()).toEqual(['costCode']);
  });
});
