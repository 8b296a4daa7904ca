import { describe, expect, test } from '@jest/globals';
import { readScimTenantSpec } from '#operator/api/read-spec.ts';
import { scimTenantSpecSchema } from '#operator/api/scim-tenant-spec.ts';

const MINIMAL = { tokenSecretRef: { name: 'acme-scim-token' }, attributeMapping: [{ source: 'userName', target: 'login' }] };

describe('readScimTenantSpec', () => {
  test('fills in every default', () => {
    expect(readScimTenantSpec(MINIMAL)).toEqual(scimTenantSpecSchema.parse(MINIMAL));
    expect(readScimTenantSpec(MINIMAL)).toMatchObject({
      enabled: true,
      failurePolicy: { window: '40m', maxFailures: 50, action: 'Disable' },
    });
  });

  test.each([[1], [1_000_000], ['1%'], ['100%']])('takes %j deactivations as they are written', (maxDeactivations) => {
    expect(readScimTenantSpec({ ...MINIMAL, users: { maxDeactivations } })).toMatchObject({ users: { maxDeactivations } });
  });

  test('takes a field that was left empty as one that was left out', () => {
    const spec = { ...MINIMAL, displayName: null, failurePolicy: null, rateLimit: { burst: null }, newUserDefaults: null };
    expect(readScimTenantSpec(spec)).toEqual(scimTenantSpecSchema.parse(MINIMAL));
  });

  test.each<[string, unknown, readonly string[]]>([
    ['nothing', null, ['spec: is required and missing']],
    ['a text', 'acme', ['spec: Invalid input: expected object, received string']],
    ['an empty one', {}, ['spec.tokenSecretRef: is required and missing']],
    [
      'neither rules nor a preset',
      { ...MINIMAL, attributeMapping: [] },
      ['spec.attributeMapping: write the rules of attributeMapping, or a preset such as EntraDefault'],
    ],
    [
      'a rule that takes nothing, and a constant that is a list',
      { ...MINIMAL, attributeMapping: [{ target: 'a' }, { target: 'b', constant: ['x'] }] },
      [
        'spec.attributeMapping[0]: write exactly one of source, sources and constant',
        'spec.attributeMapping[1].constant: write a text, a number, true or false',
      ],
    ],
    [
      'a mistyped field',
      { ...MINIMAL, enable: true },
      ['spec.enable: no such field in this version of the operator; look for a spelling mistake'],
    ],
    [
      'a mistyped field further down',
      { ...MINIMAL, attributeMapping: [{ source: 'userName', target: 'login', require: true }] },
      ['spec.attributeMapping[0].require: no such field in this version of the operator; look for a spelling mistake'],
    ],
    [
      'a target that is no field',
      { ...MINIMAL, attributeMapping: [MINIMAL.attributeMapping[0], { source: 'title', target: 'job-title' }] },
      ['spec.attributeMapping[1].target: write a field of your record such as email or contact.email'],
    ],
    [
      'a default that is a list',
      { ...MINIMAL, newUserDefaults: [{ target: 'role', value: ['a'] }] },
      ['spec.newUserDefaults[0].value: write a text, a number, true or false'],
    ],
    ...[0, 1.5, '0%', '101%', '30', true, ['30%']].map((maxDeactivations): [string, unknown, readonly string[]] => [
      `the limit ${JSON.stringify(maxDeactivations)} of deactivations`,
      { ...MINIMAL, users: { maxDeactivations } },
      ['spec.users.maxDeactivations: write a number of people from 1 to 1000000, or a share of them from 1% to 100% such as 30%'],
    ]),
    [
      'several problems, all told at once',
      { ...MINIMAL, failurePolicy: { window: '3h', action: 'Stop' }, notificationEmails: ['nobody'] },
      [
        'spec.notificationEmails[0]: write an e-mail address',
        'spec.failurePolicy.window: write a duration from 1m to 2h',
        'spec.failurePolicy.action: Invalid option: expected one of "Disable"|"NotifyOnly"',
      ],
    ],
    [
      'a Secret whose name would lead out of the directory',
      { ...MINIMAL, tokenSecretRef: { name: '../../etc/passwd' } },
      ['spec.tokenSecretRef.name: write the name of a Secret in lower case, such as acme-scim-token'],
    ],
  ])('names path and remedy for %s', (_name, spec, problems) => {
    expect(readScimTenantSpec(spec)).toEqual({ problems });
  });
});
