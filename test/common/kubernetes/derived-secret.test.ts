import { describe, expect, test } from '@jest/globals';
import { derivedSecretNameOf, readDerivedSecret, tenantOfDerivedSecret } from '#common/kubernetes/derived-secret.ts';
import { parseObject } from '#common/kubernetes/kubernetes-object.ts';
import { renderTenantConfig } from '#common/tenant-config.ts';
import { derivedSecretManifest } from '#operator/kube/manifests/derived-secret.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';

describe('a derived Secret', () => {
  test('is named after its tenant, whose name may have dots', () => {
    expect(derivedSecretNameOf('team-hr/acme.com')).toBe('team-hr.acme.com');
    expect(tenantOfDerivedSecret('team-hr.acme.com')).toBe('team-hr/acme.com');
  });

  test.each(['acme', '.acme', 'team-hr.', ''])('has not the name %j', (name) => {
    expect(tenantOfDerivedSecret(name)).toBeNull();
  });

  test('gives back the config that was put into it, and holds it in one key', () => {
    const config = aTenantConfig();
    const secret = derivedSecretManifest(config, 'scim-config');
    expect(readDerivedSecret(parseObject(secret))).toEqual(config);
    expect(secret.data).toEqual({ 'config.json': Buffer.from(renderTenantConfig(config)).toString('base64') });
  });

  test.each([
    { name: 'has no config', data: {}, problem: 'has no config.json' },
    { name: 'has no data at all', data: undefined, problem: 'has no config.json' },
    { name: 'holds no JSON', data: { 'config.json': Buffer.from('{').toString('base64') }, problem: 'JSON' },
    { name: 'holds JSON of another shape', data: { 'config.json': Buffer.from('{"version":2}').toString('base64') }, problem: 'version' },
    {
      name: 'holds the config of another tenant',
      data: { 'config.json': Buffer.from(renderTenantConfig(aTenantConfig({ name: 'other' }))).toString('base64') },
      problem: 'holds the config of another tenant, team-hr/other',
    },
  ])('that $name is refused', ({ data, problem }) => {
    expect(() => readDerivedSecret(parseObject({ metadata: { name: 'team-hr.acme' }, data }))).toThrow(problem);
  });
});
