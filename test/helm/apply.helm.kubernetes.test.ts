import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { aForeignKind, aNamespace, createApplier, type Applier } from '../support/apply-manifests.ts';
import { EVERYTHING, EXAMPLES, exampleValues, LEAST, renderChart, type Manifest } from '../support/chart.ts';

/** What the chart renders, given to a real API server as `helm template | kubectl apply --server-side` gives it. */

const VALUES: readonly (readonly [string, readonly string[]])[] = [
  ['the defaults', LEAST],
  ...EXAMPLES.map((name) => [name, exampleValues(name)] as const),
  ['everything set', EVERYTHING],
];
const PROGRAMS = ['operator', 'scim-service'];

/** Refuses what is not restricted, and warns of it already at a Deployment. */
const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/warn': 'restricted' };

let api: ApiServer;
let applier: Applier;

beforeAll(async () => {
  api = await startApiServer();
  applier = createApplier(api);
  await applier.applyAll([
    ...['team-hr', 'team-it', 'scim-operator-config'].map((name) => aNamespace(name)),
    aNamespace('scim-operator', RESTRICTED),
    aForeignKind('gateway.networking.k8s.io/v1', 'HTTPRoute'),
    aForeignKind('monitoring.coreos.com/v1', 'PodMonitor'),
    aForeignKind('external-secrets.io/v1', 'ExternalSecret'),
    { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'important' }, value: 1_000 },
    { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'gvisor' }, handler: 'runsc' },
  ]);
}, 120_000);

afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
});

describe.each(VALUES)('the chart with %s', (_, args) => {
  test('is accepted whole, field by field, without a warning', async () => {
    const manifests = await renderChart(args);
    expect(manifests.length).toBeGreaterThan(10);
    const told: unknown[] = [];
    for (const manifest of manifests) {
      const { status, body, warnings } = await applier.apply(manifest);
      if (status > 201 || warnings.length > 0) told.push({ kind: manifest.kind, name: manifest.metadata.name, status, body, warnings });
    }
    expect(told).toEqual([]);
  }, 60_000);

  test.each(PROGRAMS)('makes a pod of the %s that restricted Pod Security admits', async (component) => {
    const { status, body, warnings } = await admit(podOf(await renderChart(args), component));
    expect({ status, warnings, message: body.message }).toEqual({ status: 201, warnings: [], message: undefined });
  });
});

test.each([
  ['seccompProfile', 'podSecurityContext.seccompProfile=null'],
  ['runAsNonRoot', 'podSecurityContext.runAsNonRoot=null'],
  ['allowPrivilegeEscalation', 'securityContext.allowPrivilegeEscalation=null'],
  ['capabilities', 'securityContext.capabilities=null'],
])('restricted Pod Security looks at %s, and refuses the pods without it', async (named, without) => {
  for (const [program, component] of [
    ['operator', 'operator'],
    ['scimService', 'scim-service'],
  ] as const) {
    const { status, body } = await admit(podOf(await renderChart([...LEAST, '--set', `${program}.${without}`]), component));
    expect(status).toBe(403);
    expect(body.message).toContain(named);
  }
});

/** The pod that the Deployment's controller would make. */
function podOf(manifests: readonly Manifest[], component: string): Manifest {
  const deployment = manifests.find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.labels?.['app.kubernetes.io/component'] === component,
  );
  if (!deployment) throw new Error(`no Deployment is of the component ${component}`);
  const { metadata, spec } = deployment['spec'].template;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: component, namespace: 'scim-operator' }, spec };
}

function admit(pod: Manifest): ReturnType<ApiServer['send']> {
  return api.send({ method: 'POST', path: '/api/v1/namespaces/scim-operator/pods?dryRun=All&fieldValidation=Strict', body: pod });
}
