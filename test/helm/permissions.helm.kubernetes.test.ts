import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { resourcePath, SECRETS } from '#common/kubernetes/kubernetes-object.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { aNamespace, createApplier, type Applier } from '../support/apply-manifests.ts';
import { exampleValues, LEAST, renderChart, type Manifest } from '../support/chart.ts';
import { sendToApiServer, type KubernetesAnswer } from '../support/kubernetes-request.ts';
import { waitUntil } from '../support/wait-until.ts';
import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import { CONFIGS, permissionChecks, TOKEN_SECRET, type PermissionCheck } from './permission-checks.ts';

/** Each permission of the chart is enough for its purpose, needed for it, and there is none without a purpose. */

interface Rule {
  readonly apiGroups: readonly [string];
  readonly resources: readonly [string];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

const CRD = parse(readFileSync('crds/scimtenants.yaml', 'utf8')) as Manifest;
const TENANT: Manifest = {
  apiVersion: 'scim-operator.dev/v1alpha1',
  kind: 'ScimTenant',
  metadata: { name: 'acme', namespace: 'team-hr' },
  spec: { tokenSecretRef: { name: TOKEN_SECRET }, preset: 'Minimal' },
};

describe.each([
  { values: 'all namespaces', args: LEAST, watchNamespaces: null, tokenSecrets: null, creates: true },
  {
    values: 'one namespace',
    args: [...LEAST, '--set', 'watchNamespaces={team-hr}'],
    watchNamespaces: ['team-hr'],
    tokenSecrets: null,
    creates: true,
  },
  {
    values: 'one namespace and Secrets by name',
    args: exampleValues('single-namespace'),
    watchNamespaces: ['team-hr'],
    tokenSecrets: [TOKEN_SECRET, 'contoso-scim-token'],
    creates: false,
  },
])('the permissions for $values', ({ args, watchNamespaces, tokenSecrets, creates }) => {
  let api: ApiServer;
  let applier: Applier;
  let manifests: readonly Manifest[];
  let checks: readonly PermissionCheck[];
  let kubeconfigs: { readonly operator: string; readonly service: string };

  beforeAll(async () => {
    api = await startApiServer();
    applier = createApplier(api);
    manifests = await renderChart(args);
    const namespaces = ['scim-operator', CONFIGS, 'team-hr', 'team-it'].map((name) => aNamespace(name));
    const secrets = [
      ['team-hr', TOKEN_SECRET],
      ['team-hr', 'something-else'],
      ['team-it', 'other-token'],
      ['scim-operator', 'scim-mongodb'],
      [CONFIGS, 'team-hr.acme'],
    ].map(([namespace = '', name = '']): Manifest => ({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name } }));
    await applier.applyAll([
      ...namespaces,
      CRD,
      ...manifests.filter(({ kind }) => kind !== 'CustomResourceDefinition'),
      ...secrets,
      TENANT,
    ]);
    kubeconfigs = {
      operator: await api.serviceAccountKubeconfig('scim-operator', 'scim-operator'),
      service: await api.serviceAccountKubeconfig('scim-operator', 'scim-service'),
    };
    checks = permissionChecks({ api, ...kubeconfigs, watchNamespaces, tokenSecrets }).filter(
      ({ role, permission }) => creates || role !== 'scim-operator-tenants' || !/^secrets (create|patch)$/.test(permission),
    );
  }, 120_000);

  afterAll(async () => {
    await api?.[Symbol.asyncDispose]();
  });

  const roles = (): readonly Manifest[] =>
    manifests.filter(({ kind, metadata }) => (kind === 'Role' || kind === 'ClusterRole') && !/-(view|edit)$/.test(metadata.name));
  const shortName = ({ metadata }: Manifest): string => metadata.name.replace(/^.*:/, '');

  test('each has its check, and each check its permission', () => {
    const granted = roles().flatMap((role) =>
      (role['rules'] as Rule[]).flatMap(({ resources, verbs }) => verbs.map((verb) => `${shortName(role)}: ${resources[0]} ${verb}`)),
    );
    expect(granted.toSorted()).toEqual([...new Set(granted)].toSorted());
    expect([...new Set(checks.map(({ role, permission }) => `${role}: ${permission}`))].toSorted()).toEqual(granted.toSorted());
  });

  test('are enough for every check', async () => {
    for (const { role, permission, act } of checks) {
      const denied = await act().then(
        () => null,
        (error: unknown) => error,
      );
      expect({ role, permission, denied }).toEqual({ role, permission, denied: null });
    }
  }, 60_000);

  test('are each needed: without one, what it is for is denied', async () => {
    for (const { role, permission, loss, act } of checks) {
      const [resource = '', verb = ''] = permission.split(' ');
      const holder = roles().find((candidate) => shortName(candidate) === role) as Manifest;
      const rules = (holder['rules'] as Rule[])
        .map((rule) => (rule.resources[0] === resource ? { ...rule, verbs: rule.verbs.filter((one) => one !== verb) } : rule))
        .filter(({ verbs }) => verbs.length > 0);
      await grant({ ...holder, rules }, resource, verb, false);
      const denial = denialOf(await act().catch((error: unknown) => error));
      expect({ loss, denial }).toEqual({ loss, denial: expect.stringContaining(`cannot ${verb} resource "${resource}"`) });
      await grant(holder, resource, verb, true);
    }
  }, 120_000);

  test('let the SCIM service read the configs, and nothing beside them', async () => {
    expect(await statusOf('service', resourcePath(SECRETS, { namespace: CONFIGS }))).toBe(200);
    for (const namespace of ['team-hr', 'team-it', 'scim-operator'])
      expect(await statusOf('service', resourcePath(SECRETS, { namespace }))).toBe(403);
    for (const [namespace, name] of [
      ['team-hr', TOKEN_SECRET],
      ['scim-operator', 'scim-mongodb'],
    ])
      expect(await statusOf('service', resourcePath(SECRETS, { namespace: namespace ?? '', name: name ?? '' }))).toBe(403);
    expect(await statusOf('service', '/apis/scim-operator.dev/v1alpha1/namespaces/team-hr/scimtenants')).toBe(403);
    expect(await statusOf('service', '/api/v1/secrets')).toBe(403);
    for (const method of ['POST', 'DELETE'])
      expect(await statusOf('service', resourcePath(SECRETS, { namespace: CONFIGS }), method)).toBe(403);
  });

  test('let the operator read the Secrets of its scope, and no others', async () => {
    const other = watchNamespaces === null ? 200 : 403;
    const unnamed = tokenSecrets === null ? 200 : 403;
    const statuses = {
      token: await statusOf('operator', resourcePath(SECRETS, { namespace: 'team-hr', name: TOKEN_SECRET })),
      unnamed: await statusOf('operator', resourcePath(SECRETS, { namespace: 'team-hr', name: 'something-else' })),
      listed: await statusOf('operator', resourcePath(SECRETS, { namespace: 'team-hr' })),
      elsewhere: await statusOf('operator', resourcePath(SECRETS, { namespace: 'team-it', name: 'other-token' })),
      everywhere: await statusOf('operator', '/api/v1/secrets'),
      mongodb: await statusOf('operator', resourcePath(SECRETS, { namespace: 'scim-operator', name: 'scim-mongodb' })),
    };
    expect(statuses).toEqual({ token: 200, unnamed, listed: unnamed, elsewhere: other, everywhere: other, mongodb: other });
  });

  async function statusOf(who: 'operator' | 'service', path: string, method = 'GET'): Promise<number> {
    const config = parse(readFileSync(kubeconfigs[who], 'utf8')) as { users: [{ user: { token: string } }] };
    const answer: KubernetesAnswer = await sendToApiServer(api.url, config.users[0].user.token, { method, path });
    return answer.status;
  }

  /** Applies the role, and waits until the API server goes by it. */
  async function grant(role: Manifest, resource: string, verb: string, expected: boolean): Promise<void> {
    await applier.applyAll([role]);
    const [plural, subresource] = resource.split('/');
    const original = roles().find(({ metadata }) => metadata.name === role.metadata.name)?.['rules'] as Rule[];
    const rule = original.find((candidate) => candidate.resources[0] === resource && candidate.verbs.includes(verb));
    const attributes = { namespace: role.metadata.namespace ?? 'team-hr', verb, group: rule?.apiGroups[0], resource: plural, subresource };
    const account = role.metadata.name.includes('scim-service') ? 'scim-service' : 'scim-operator';
    await waitUntil(
      async () => {
        const { body } = await api.send({
          method: 'POST',
          path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
          body: {
            spec: {
              user: `system:serviceaccount:scim-operator:${account}`,
              resourceAttributes: { ...attributes, name: rule?.resourceNames?.[0] },
            },
          },
        });
        return body.status.allowed === expected;
      },
      { what: `${account} ${expected ? 'may' : 'may not'} ${verb} ${resource}`, intervalMs: 20 },
    );
  }
});

/** What the API server said that is denied; the error itself when it is none of its refusals. */
function denialOf(error: unknown): string {
  for (let each = error; each instanceof Error; each = each.cause) if ('status' in each && each.status === 403) return each.message;
  return `no denial but ${String(error)}`;
}
