import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startConversionWebhook, type ConversionWebhook } from '../support/conversion-webhook.ts';
import type { Manifest } from '../support/chart.ts';
import type { Program } from '../support/program.ts';
import { waitUntil } from '../support/wait-until.ts';
import { condition, isMailed, metric, startCluster, type Cluster, type ServicePod } from './cluster.ts';
import { convertTenant, definitionWithBoth, V1ALPHA1, V1BETA1 } from './second-version.ts';

/**
 * The kind gets a second version under the feet of the programs, which know the first one alone: tenants of both are served,
 * trip, and are deleted, and the stored objects move to the new version. Each test needs the ones before it.
 */

const BADGE = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const CRD = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/scimtenants.scim-operator.dev';
const SETTLED = { timeoutMs: 30_000 };

let cluster: Cluster;
let operator: Program;
let pod: ServicePod;
let webhook: ConversionWebhook;

beforeAll(async () => {
  cluster = await startCluster();
  pod = await cluster.startService('scim-service-0');
  operator = await cluster.startOperator('operator-0');
}, 120_000);

afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
  await webhook?.[Symbol.asyncDispose]();
}, 60_000);

function pathOf(name: string, apiVersion = V1BETA1): string {
  return `/apis/${apiVersion}/namespaces/team-hr/scimtenants/${name}`;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a ScimTenant as the API server shows it
async function get(name: string, apiVersion = V1BETA1): Promise<any> {
  return (await cluster.api.send({ method: 'GET', path: pathOf(name, apiVersion) })).body;
}

/** `kubectl apply --server-side` of a manifest, in its own version. */
async function apply(manifest: Manifest, manager = 'kubectl', subresource = ''): Promise<void> {
  const path = `${pathOf(manifest.metadata.name, manifest.apiVersion)}${subresource}?fieldManager=${manager}&force=true&fieldValidation=Strict`;
  const { status, body, warnings } = await cluster.api.send({
    method: 'PATCH',
    path,
    body: manifest,
    contentType: 'application/apply-patch+yaml',
  });
  expect({ ok: status < 300 || body, warnings }).toEqual({ ok: true, warnings: [] });
}

async function patch(name: string, change: object, apiVersion = V1BETA1): Promise<void> {
  const path = `${pathOf(name, apiVersion)}?fieldManager=kubectl-patch`;
  const { status, body } = await cluster.api.send({ method: 'PATCH', path, body: change, contentType: 'application/merge-patch+json' });
  expect(status === 200 || body).toBe(true);
}

const MAPPING = [
  { source: 'userName', target: 'login', required: true },
  { source: `${BADGE}:badge`, target: 'badge', type: 'Integer' },
];
const FAILURE_POLICY = { minRequests: 5, maxFailures: 5, maxFailureRatio: 0.1 };
const COMMON = { tokenSecretRef: { name: 'acme-scim-token' }, attributeMapping: MAPPING, failurePolicy: FAILURE_POLICY };

function ofFirst(name: string, spec: object): Manifest {
  return { apiVersion: V1ALPHA1, kind: 'ScimTenant', metadata: { name, namespace: 'team-hr' }, spec: { ...COMMON, ...spec } };
}

function ofSecond(name: string, spec: object): Manifest {
  return { ...ofFirst(name, spec), apiVersion: V1BETA1 };
}

const GLOBEX = ofSecond('globex', {
  suspend: false,
  users: { deactivationLimit: { people: 7 } },
  tenantDeletion: 'Delete',
  notificationEmails: ['hr-it@acme.example'],
});

async function usersStatus(name: string): Promise<number> {
  return (await pod.clientOf(`team-hr/${name}`).send({ method: 'GET', path: '/Users' })).status;
}

async function untilReady(name: string, reason: string): Promise<void> {
  const isSo = async (): Promise<boolean> => condition(await get(name), 'Ready')?.reason === reason;
  await waitUntil(isSo, { what: `${name} ${reason}`, ...SETTLED });
}

/** Sends what fails until the tenant is switched off, and waits until that is all told. */
async function trip(name: string, times: number): Promise<void> {
  for (let index = 0; index < 8; index += 1) {
    const body = { userName: `bad-${index}@example.com`, [BADGE]: { badge: 'none' } };
    await pod.clientOf(`team-hr/${name}`).send({ method: 'POST', path: '/Users', body });
  }
  const isTripped = async (): Promise<boolean> => {
    const { spec, status } = await get(name);
    return spec.suspend === true && status.breaker.trips === times && status.breaker.mirroredTrip === times;
  };
  await waitUntil(isTripped, { what: `${name} tripped and switched off`, ...SETTLED });
}

/** Lets the operator look at the tenant once more: it stamps the generation that this makes. */
async function afterAnotherRun(name: string): Promise<void> {
  await patch(name, { spec: { displayName: `seen at ${Date.now()}` } }, V1ALPHA1);
  const isSeen = async (): Promise<boolean> => {
    const { metadata, status } = await get(name);
    return status.observedGeneration === metadata.generation;
  };
  await waitUntil(isSeen, { what: `another run for ${name}`, ...SETTLED });
}

// oxlint-disable-next-line typescript/no-explicit-any -- a Secret as the API server shows it
async function derived(name: string): Promise<any> {
  return (await cluster.api.send({ method: 'GET', path: `/api/v1/namespaces/scim-operator-config/secrets/team-hr.${name}` })).body;
}

test('a tenant of the first version is in service before there is a second', async () => {
  await apply(ofFirst('acme', { users: { maxDeactivations: '40%' } }));
  const isReady = async (): Promise<boolean> => condition(await get('acme', V1ALPHA1), 'Ready')?.status === 'True';
  await waitUntil(isReady, { what: 'acme ready', ...SETTLED });
  expect(await usersStatus('acme')).toBe(200);
}, 60_000);

test('the definition gets the second version, and the tenant is seen in both, as it was', async () => {
  const config = (await derived('acme')).metadata.resourceVersion;
  webhook = await startConversionWebhook(cluster.api, convertTenant);
  await cluster.apply(definitionWithBoth(webhook.conversion));
  await waitUntil(async () => (await get('acme')).apiVersion === V1BETA1, { what: 'the second version', ...SETTLED });
  const [first, second] = [await get('acme', V1ALPHA1), await get('acme')];
  expect([first.spec.enabled, first.spec.users.maxDeactivations]).toEqual([true, '40%']);
  expect([second.spec.suspend, second.spec.users.deactivationLimit]).toEqual([false, { percent: 40 }]);
  expect(second.spec).not.toHaveProperty('enabled');
  expect(second.status).toEqual(first.status);
  await afterAnotherRun('acme');
  await untilReady('acme', 'Programmed');
  expect((await derived('acme')).metadata.resourceVersion).not.toBe(config);
  expect(await usersStatus('acme')).toBe(200);
}, 60_000);

test('a tenant that is applied in the second version is served, with finalizer and status in it, and is left as it was written', async () => {
  await apply(GLOBEX);
  await untilReady('globex', 'Programmed');
  const found = await get('globex');
  expect(found.metadata.finalizers).toEqual(['scim-operator.dev/people']);
  expect(found.spec).toMatchObject({ suspend: false, users: { deactivationLimit: { people: 7 } }, tenantDeletion: 'Delete' });
  expect(found.status).toMatchObject({ observedGeneration: 1, programmed: { generation: 1, pods: 1, acknowledged: 1 } });
  const config = JSON.parse(Buffer.from((await derived('globex')).data['config.json'], 'base64').toString());
  expect(config.deactivationGuard.limit).toEqual({ kind: 'Count', count: 7 });
  const managers = found.metadata.managedFields as { manager: string; apiVersion: string }[];
  expect(new Set(managers.map(({ manager, apiVersion }) => `${manager} ${apiVersion}`))).toEqual(
    new Set([`kubectl ${V1BETA1}`, `scim-operator ${V1ALPHA1}`, `scim-operator-finalizer ${V1ALPHA1}`]),
  );
  expect(await usersStatus('globex')).toBe(200);
}, 60_000);

test('it trips: the mirror of enabled: false is suspend: true, and takes the field from whoever applied it', async () => {
  await trip('globex', 1);
  await waitUntil(async () => isMailed((await get('globex')).status, 1, 1), { what: 'the mail', ...SETTLED });
  expect(await usersStatus('globex')).toBe(503);
  const { managedFields } = (await get('globex')).metadata;
  const owners = (managedFields as { manager: string; fieldsV1: { 'f:spec'?: object } }[]).flatMap(({ manager, fieldsV1 }) =>
    Object.keys(fieldsV1['f:spec'] ?? {}).flatMap((field) => (['f:enabled', 'f:suspend'].includes(field) ? [`${manager} ${field}`] : [])),
  );
  expect(owners).toEqual(['scim-operator-breaker f:enabled']);
}, 60_000);

test.each(['kubectl', 'kustomize-controller'])(
  'it stays off when %s applies its manifest of the second version again',
  async (manager) => {
    await apply(GLOBEX, manager);
    expect((await get('globex')).spec.suspend).toBe(false);
    await afterAnotherRun('globex');
    expect((await get('globex')).status.breaker).toMatchObject({ state: 'Open', trips: 1 });
    expect(await usersStatus('globex')).toBe(503);
  },
  60_000,
);

test('it is switched on by the annotation, which is the same in every version', async () => {
  await patch('globex', { metadata: { annotations: { 'scim-operator.dev/reset-at': 'now' } } });
  await waitUntil(async () => (await usersStatus('globex')) === 200, { what: 'globex in service', ...SETTLED });
  await untilReady('globex', 'Programmed');
  expect((await get('globex')).spec.suspend).toBe(false);
}, 60_000);

test('a tenant that nobody applies in the second version is switched on by a person who writes suspend: false', async () => {
  await trip('acme', 1);
  await patch('acme', { spec: { suspend: false } });
  await waitUntil(async () => (await usersStatus('acme')) === 200, { what: 'acme in service', ...SETTLED });
  await untilReady('acme', 'Programmed');
  const { spec, status } = await get('acme', V1ALPHA1);
  expect([spec.enabled, status.breaker.state]).toEqual([true, 'Closed']);
}, 60_000);

test('a person switches it off and on in the second version', async () => {
  await patch('acme', { spec: { suspend: true } });
  await untilReady('acme', 'Disabled');
  expect(await usersStatus('acme')).toBe(503);
  await patch('acme', { spec: { suspend: false } });
  await untilReady('acme', 'Programmed');
  expect(await usersStatus('acme')).toBe(200);
}, 60_000);

test('all that is stored moves to the second version, and the first may leave the list of those that are stored', async () => {
  for (const name of ['acme', 'globex']) {
    const object = await get(name);
    const { status } = await cluster.api.send({ method: 'PUT', path: `${pathOf(name)}?fieldManager=storage-migration`, body: object });
    expect(status).toBe(200);
  }
  const migrated = { status: { storedVersions: ['v1beta1'] } };
  const request = { method: 'PATCH', path: `${CRD}/status`, body: migrated, contentType: 'application/merge-patch+json' };
  expect((await cluster.api.send(request)).body.status.storedVersions).toEqual(['v1beta1']);
  for (const name of ['acme', 'globex']) {
    await afterAnotherRun(name);
    expect(await usersStatus(name)).toBe(200);
  }
}, 60_000);

test('an operator that starts now takes over, and writes no config anew', async () => {
  const before = await Promise.all(['acme', 'globex'].map(async (name) => (await derived(name)).metadata.resourceVersion));
  await operator.stop();
  const started = await cluster.startOperator('operator-1');
  operator = started;
  const series = 'controller_runtime_reconcile_total{controller="scimtenant",result="success"}';
  const haveRun = async (): Promise<boolean> => ((await metric(started.adminPort, series)) ?? 0) >= 2;
  await waitUntil(haveRun, { what: 'a run for each tenant', ...SETTLED });
  expect(await Promise.all(['acme', 'globex'].map(async (name) => (await derived(name)).metadata.resourceVersion))).toEqual(before);
}, 90_000);

test('a deletion in the second version removes the people and lets the tenant go', async () => {
  await cluster.api.send({ method: 'DELETE', path: pathOf('globex') });
  await waitUntil(async () => (await get('globex')).code === 404, { what: 'globex gone', timeoutMs: 60_000 });
  expect((await derived('globex')).code).toBe(404);
  for (const program of [operator, pod.program]) {
    expect(program.lines.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
  }
  expect(webhook.converted.get(V1ALPHA1)).toBeGreaterThan(10);
  expect(webhook.converted.get(V1BETA1)).toBeGreaterThan(5);
}, 90_000);
