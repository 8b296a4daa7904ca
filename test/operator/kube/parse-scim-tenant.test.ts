import { describe, expect, test } from '@jest/globals';
import { parseScimTenant } from '#operator/kube/parse-scim-tenant.ts';

const OBJECT = {
  apiVersion: 'scim-operator.dev/v1alpha1',
  kind: 'ScimTenant',
  metadata: { namespace: 'team-hr', name: 'acme', uid: 'u-1', generation: 4, resourceVersion: '77', managedFields: [] as unknown[] },
  spec: { tokenSecretRef: { name: 'scim-token' }, attributeMapping: [{ source: 'userName', target: 'login' }] } as object,
};

describe('parseScimTenant', () => {
  test('reads a tenant that nobody has looked at yet', () => {
    expect(parseScimTenant(OBJECT)).toMatchObject({
      namespace: 'team-hr',
      name: 'acme',
      uid: 'u-1',
      generation: 4,
      annotations: {},
      deletionRequestedAt: null,
      held: false,
      enabledOwners: [],
      status: null,
      spec: { enabled: true, tokenSecretRef: { name: 'scim-token', key: 'token' } },
    });
  });

  test('names who owns spec.enabled, each once, and nobody who owns other fields', () => {
    const owner = (manager: string, operation: string, fieldsV1: object) => ({ manager, operation, fieldsType: 'FieldsV1', fieldsV1 });
    const managedFields = [
      owner('kubectl-edit', 'Update', { 'f:spec': { 'f:enabled': {} } }),
      owner('kubectl-edit', 'Apply', { 'f:spec': { '.': {}, 'f:enabled': {}, 'f:displayName': {} } }),
      owner('scim-operator-breaker', 'Apply', { 'f:spec': { 'f:enabled': {} } }),
      owner('argocd-controller', 'Apply', { 'f:spec': { 'f:displayName': {}, 'f:groups': { 'f:enabled': {} } } }),
      owner('scim-operator', 'Apply', { 'f:status': { 'f:endpoint': {} } }),
    ];
    const tenant = parseScimTenant({ ...OBJECT, metadata: { ...OBJECT.metadata, managedFields } });
    expect(tenant.enabledOwners).toEqual(['kubectl-edit', 'scim-operator-breaker']);
  });

  test.each<
    [name: string, entries: [manager: string, operation: string, version: string, field: string][], owners: string[], possible: string[]]
  >([
    ['the one who patched', [['kubectl-patch', 'Update', 'v1beta1', 'f:suspend']], [], ['kubectl-patch']],
    [
      'each who writes spec there',
      [
        ['kubectl-patch', 'Update', 'v1beta1', 'f:suspend'],
        ['portal', 'Update', 'v1', 'f:displayName'],
        ['kubectl', 'Apply', 'v1alpha1', 'f:displayName'],
      ],
      [],
      ['kubectl-patch', 'portal'],
    ],
    ['nobody where enabled has kept its name', [['kubectl-patch', 'Update', 'v1beta1', 'f:enabled']], ['kubectl-patch'], []],
    [
      'nobody where somebody owns it in this version',
      [
        ['kubectl-patch', 'Update', 'v1beta1', 'f:suspend'],
        ['scim-operator-breaker', 'Apply', 'v1alpha1', 'f:enabled'],
      ],
      ['scim-operator-breaker'],
      [],
    ],
    [
      'nobody where it may have been a manifest that is applied',
      [
        ['kubectl-patch', 'Update', 'v1beta1', 'f:suspend'],
        ['kubectl', 'Apply', 'v1beta1', 'f:suspend'],
      ],
      [],
      [],
    ],
    [
      'nobody where it may have been a manifest that kubectl applies on its side',
      [
        ['kubectl-patch', 'Update', 'v1beta1', 'f:suspend'],
        ['kubectl-client-side-apply', 'Update', 'v1beta1', 'f:suspend'],
      ],
      [],
      [],
    ],
  ])('of those who write through another version it takes for a possible owner: %s', (_, entries, owners, possible) => {
    const managedFields = entries.map(([manager, operation, version, field]) => ({
      manager,
      operation,
      apiVersion: `scim-operator.dev/${version}`,
      fieldsV1: { 'f:spec': { [field]: {} } },
    }));
    const tenant = parseScimTenant({ ...OBJECT, metadata: { ...OBJECT.metadata, managedFields } });
    expect([tenant.enabledOwners, tenant.possibleOwners]).toEqual([owners, possible]);
  });

  test('sees since when a tenant is being deleted, and whether our finalizer keeps it', () => {
    const deletionTimestamp = '2026-01-02T03:04:05Z';
    const parse = (finalizers: string[]) => parseScimTenant({ ...OBJECT, metadata: { ...OBJECT.metadata, deletionTimestamp, finalizers } });
    expect(parse(['example.com/other'])).toMatchObject({ deletionRequestedAt: deletionTimestamp, held: false });
    expect(parse(['example.com/other', 'scim-operator.dev/people'])).toMatchObject({ deletionRequestedAt: deletionTimestamp, held: true });
  });

  describe('names whose manifest says enabled: true', () => {
    const owner = (manager: string, operation: string) => ({ manager, operation, fieldsV1: { 'f:spec': { 'f:enabled': {} } } });
    const applied = (text: string) => ({ 'kubectl.kubernetes.io/last-applied-configuration': text });
    test.each<{ name: string; enabled?: boolean; managedFields?: unknown[]; annotations?: Record<string, string>; expected: string[] }>([
      { name: 'by server-side apply', managedFields: [owner('kubectl', 'Apply'), owner('kubectl-patch', 'Update')], expected: ['kubectl'] },
      { name: 'nobody while the value is false', enabled: false, managedFields: [owner('kubectl', 'Apply')], expected: [] },
      { name: 'never the breaker', managedFields: [owner('scim-operator-breaker', 'Apply')], expected: [] },
      {
        name: 'by kubectl apply, whatever the value is now',
        enabled: false,
        annotations: applied('{"spec":{"enabled":true,"preset":"Minimal"}}'),
        expected: ['kubectl-client-side-apply'],
      },
      { name: 'nobody whose kubectl apply says false', annotations: applied('{"spec":{"enabled":false}}'), expected: [] },
      { name: 'nobody whose kubectl apply says nothing of it', annotations: applied('{"spec":{"preset":"Minimal"}}'), expected: [] },
      { name: 'nobody by an annotation that is no JSON', annotations: applied('{"spec":'), expected: [] },
    ])('$name', ({ enabled = true, managedFields = [], annotations = {}, expected }) => {
      const metadata = { ...OBJECT.metadata, managedFields, annotations };
      expect(parseScimTenant({ ...OBJECT, metadata, spec: { ...OBJECT.spec, enabled } }).enablingManifests).toEqual(expected);
    });
  });

  test('makes an InvalidSpec of what a newer CRD accepted', () => {
    const tenant = parseScimTenant({ ...OBJECT, spec: { ...OBJECT.spec, colour: 'green' } });
    expect(tenant.spec).toEqual({ problems: [expect.stringContaining('spec.colour')] });
  });
});
