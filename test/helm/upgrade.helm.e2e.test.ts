import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { condition } from '../e2e/cluster.ts';
import { aNamespace, createApplier, type Applier } from '../support/apply-manifests.ts';
import { CHART, LEAST, runHelm, type Manifest } from '../support/chart.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startAuditedApiServer, type AuditedApiServer } from './audited-api-server.ts';
import { NAMESPACE, startChartPods, type ChartPods } from './chart-pods.ts';

/**
 * From the chart of 0.1.0, with what its programs left on the API server, to this one, and back. The fixture was read from a
 * cluster on which programs of that version ran: `acme` in service, `globex` tripped and told. Each test needs the ones before it.
 */

const OLD_CHART = 'test/fixtures/helm/scim-operator-0.1.0.tgz';
/** Of the test suite that made the fixture. */
const TOKEN = 'end-to-end-token-0123456789abcdef';
const TENANTS = '/apis/scim-operator.dev/v1alpha1/namespaces/team-hr/scimtenants';
const CRD = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/scimtenants.scim-operator.dev';
const VALUES = [...LEAST, '--set', 'mail.from=scim@example.com,mail.smtpUrlSecret.name=scim-smtp,commonLabels.team=platform'];
const BADGE = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';

interface LeftTenant {
  readonly manifest: Manifest;
  /** `spec.enabled: false` was written by the breaker. */
  readonly mirrored: boolean;
  readonly finalizers: readonly string[];
  readonly status: Readonly<Record<string, unknown>>;
  readonly secretLabels: Readonly<Record<string, string>>;
  /** Text of the derived config. */
  readonly config: string;
}

const LEFT = JSON.parse(readFileSync('test/fixtures/upgrade/0.1.0.json', 'utf8')) as readonly LeftTenant[];

const stack = new AsyncDisposableStack();
let audited: AuditedApiServer;
let applier: Applier;
let pods: ChartPods;

beforeAll(async () => {
  audited = await startAuditedApiServer(stack);
  applier = createApplier(audited.api);
  await applier.applyAll([NAMESPACE, 'team-hr'].map((name) => aNamespace(name)));
}, 120_000);

afterAll(() => stack.disposeAsync(), 60_000);

const helm = (...args: string[]): Promise<string> => runHelm([...args, '--namespace', NAMESPACE, '--kubeconfig', audited.api.kubeconfig]);
const get = async (path: string) => (await audited.api.send({ method: 'GET', path })).body;
const tenant = (name: string) => get(`${TENANTS}/${name}`);
const derived = (name: string) => get(`/api/v1/namespaces/${NAMESPACE}-config/secrets/team-hr.${name}`);
const apply = async (path: string, fieldManager: string, body: object): Promise<void> => {
  const request = { method: 'PATCH', path: `${path}?fieldManager=${fieldManager}&force=true&fieldValidation=Strict`, body };
  const { status, warnings } = await audited.api.send({ ...request, contentType: 'application/apply-patch+yaml' });
  expect([status, warnings]).toEqual([status === 201 ? 201 : 200, []]);
};

/** All of a tenant that must be as it was, whatever happens around it. */
async function kept(name: string): Promise<unknown> {
  const { metadata, spec, status } = await tenant(name);
  const { uid, generation, finalizers } = metadata;
  const secret = (await derived(name)).metadata;
  return { uid, generation, finalizers, spec, status, config: { uid: secret.uid, resourceVersion: secret.resourceVersion } };
}

async function leaveTenant({ manifest, mirrored, finalizers, status, secretLabels, config }: LeftTenant): Promise<void> {
  const { apiVersion, kind, metadata } = manifest;
  const path = `${TENANTS}/${metadata.name}`;
  const head = { apiVersion, kind, metadata };
  await apply(path, 'kubectl', manifest);
  if (finalizers.length > 0) await apply(path, 'scim-operator-finalizer', { ...head, metadata: { ...metadata, finalizers } });
  const name = `team-hr.${metadata.name}`;
  await apply(`/api/v1/namespaces/${NAMESPACE}-config/secrets/${name}`, 'scim-operator', {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name, labels: secretLabels },
    data: { 'config.json': Buffer.from(config).toString('base64') },
  });
  if (mirrored) await apply(path, 'scim-operator-breaker', { ...head, spec: { enabled: false } });
  await apply(`${path}/status`, 'scim-operator', { ...head, status });
}

test('0.1.0 is installed, and its tenants are there', async () => {
  await helm('install', 'scim-operator', OLD_CHART, ...VALUES);
  expect((await get(CRD)).metadata.labels).toMatchObject({ 'helm.sh/chart': 'scim-operator-0.1.0' });
  await waitUntil(async () => (await get(TENANTS)).kind === 'ScimTenantList', { what: 'the kind ScimTenant', timeoutMs: 20_000 });
  await applier.applyAll([
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'acme-scim-token', namespace: 'team-hr' }, stringData: { token: TOKEN } },
  ]);
  for (const left of LEFT) await leaveTenant(left);
  expect((await tenant('globex')).spec.enabled).toBe(false);
}, 90_000);

test('the upgrade brings the kind of this version and keeps values and tenants', async () => {
  const before = await Promise.all(['acme', 'globex'].map(kept));
  await helm('upgrade', 'scim-operator', CHART, '--reset-then-reuse-values');
  const { version } = parse(readFileSync(`${CHART}Chart.yaml`, 'utf8')) as { version: string };
  const { metadata, spec, status } = await get(CRD);
  expect(metadata.labels).toMatchObject({ 'helm.sh/chart': `scim-operator-${version}`, team: 'platform' });
  expect(version).not.toBe('0.1.0');
  const shipped = parse(readFileSync('crds/scimtenants.yaml', 'utf8')) as Manifest;
  expect(spec.versions[0].schema.openAPIV3Schema.properties.spec).toEqual(
    shipped['spec'].versions[0].schema.openAPIV3Schema.properties.spec,
  );
  expect(status.storedVersions).toEqual(['v1alpha1']);
  expect(await Promise.all(['acme', 'globex'].map(kept))).toEqual(before);
}, 60_000);

test('and what it left is taken field by field without a warning', async () => {
  const manifest = await helm('get', 'manifest', 'scim-operator');
  const objects = parseAllDocuments(manifest).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
  expect(objects.length).toBeGreaterThan(15);
  const told: unknown[] = [];
  for (const object of objects) {
    const { status, warnings, body } = await applier.apply(object);
    if (status !== 200 || warnings.length > 0) told.push({ object: object.metadata.name, status, warnings, body });
  }
  expect(told).toEqual([]);
}, 60_000);

test('the programs of this version go on with the tenants as they are: no config is written, nobody is told twice', async () => {
  const [acme, globex] = await Promise.all(['acme', 'globex'].map(kept));
  const manifests = parseAllDocuments(await helm('get', 'manifest', 'scim-operator')).flatMap(
    (document) => (document.toJS() as Manifest | null) ?? [],
  );
  pods = await startChartPods({ api: audited.api, applier, manifests, stack });
  const client = pods.clientOf('team-hr/acme', TOKEN);
  const body = { userName: 'ada', displayName: 'Ada', active: true, [BADGE]: { badge: '7' } };
  expect((await client.send({ method: 'POST', path: '/Users', body })).status).toBe(201);
  expect((await pods.clientOf('team-hr/globex', TOKEN).send({ method: 'GET', path: '/Users' })).status).toBe(503);
  // Programmed by the new operator: it has counted the one pod and the person.
  await waitUntil(async () => (await tenant('acme')).status.sync.users === 1, { what: 'the person in status', timeoutMs: 90_000 });

  const [acmeNow, globexNow] = await Promise.all(['acme', 'globex'].map(kept));
  expect(acmeNow).toMatchObject({ ...(acme as object), status: { ...(acme as LeftTenant).status, sync: expect.anything() } });
  const { sync: _before, ...statusBefore } = (globex as LeftTenant).status;
  expect(globexNow).toMatchObject({ ...(globex as object), status: statusBefore });
  expect(condition(await tenant('acme'), 'Ready')).toMatchObject({ status: 'True', reason: 'Programmed' });
  expect(pods.smtp.mails).toEqual([]);
}, 150_000);

test('a tripped tenant is switched on by a person, and a changed one is served', async () => {
  const patch = async (name: string, spec: object): Promise<void> => {
    const request = { method: 'PATCH', path: `${TENANTS}/${name}?fieldManager=kubectl-patch`, body: { spec } };
    expect((await audited.api.send({ ...request, contentType: 'application/merge-patch+json' })).status).toBe(200);
  };
  await patch('globex', { enabled: true });
  await patch('acme', { displayName: 'Acme International' });
  const status = async (name: string, path: string): Promise<number> =>
    (await pods.clientOf(`team-hr/${name}`, TOKEN).send({ method: 'GET', path })).status;
  await waitUntil(async () => (await status('globex', '/Users')) === 200, { what: 'globex in service', timeoutMs: 20_000 });
  const served = { generation: 2, pods: 1, acknowledged: 1 };
  await waitUntil(async () => isDeepStrictEqual((await tenant('acme')).status.programmed, served), { what: 'acme', timeoutMs: 20_000 });
  expect(await status('acme', '/Users')).toBe(200);
}, 60_000);

test('and was denied nothing: neither program tells of it, nor does the API server', async () => {
  for (const program of pods.programs) expect(await program.stop('SIGTERM')).toBe(0);
  const asked = await audited.asked();
  expect(asked.length).toBeGreaterThan(30);
  const denied = asked.filter(({ responseStatus }) => responseStatus?.code === 401 || responseStatus?.code === 403);
  expect(denied.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([]);
}, 40_000);

test('the way back to 0.1.0 keeps the tenants, too', async () => {
  const before = await Promise.all(['acme', 'globex'].map(kept));
  await helm('rollback', 'scim-operator', '1');
  expect((await get(CRD)).metadata.labels).toMatchObject({ 'helm.sh/chart': 'scim-operator-0.1.0' });
  expect(await Promise.all(['acme', 'globex'].map(kept))).toEqual(before);
}, 60_000);
