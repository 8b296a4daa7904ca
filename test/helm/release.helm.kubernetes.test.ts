import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { aNamespace, createApplier } from '../support/apply-manifests.ts';
import { CHART, LEAST, runHelm, type Manifest } from '../support/chart.ts';
import { waitUntil } from '../support/wait-until.ts';

/** The life of a release as helm leads it; each test needs the ones before it. */

const TENANT = '/apis/scim-operator.dev/v1alpha1/namespaces/team-hr/scimtenants/acme';
const DEPLOYMENT = '/apis/apps/v1/namespaces/scim-operator/deployments/scim-service';

let api: ApiServer;
let folder: string;
let packed: string;

beforeAll(async () => {
  api = await startApiServer();
  folder = await mkdtemp(join(tmpdir(), 'scim-package-'));
}, 120_000);

afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const helm = (...args: string[]): Promise<string> => runHelm([...args, '--namespace', 'scim-operator', '--kubeconfig', api.kubeconfig]);
const get = (path: string) => api.send({ method: 'GET', path });

test('is packed with the CRD in it, which is a link in the repository', async () => {
  await runHelm(['package', CHART, '--destination', folder]);
  const { version } = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8')) as { version: string };
  packed = join(folder, `scim-operator-${version}.tgz`);
  expect(await runHelm(['template', 'scim-operator', packed, ...LEAST])).toContain('kind: CustomResourceDefinition');
});

test('is installed from the package, and tells the next three commands', async () => {
  const told = await helm('install', 'scim-operator', packed, '--create-namespace', ...LEAST);
  expect(told).toContain('which was not seen');
  expect(told).toContain('kubectl -n scim-operator rollout status deployment/scim-operator deployment/scim-service');
  expect(told).toContain('kubectl -n team-hr get scimtenants');
  expect(told).toContain('No route was made: send https://scim.example.com to port 80 of Service scim-service');
  expect((await get(DEPLOYMENT)).body.spec.replicas).toBe(2);
}, 60_000);

test('has a tenant in its notes that the API server takes', async () => {
  const notes = await helm('get', 'notes', 'scim-operator');
  const yaml = /<<'END'\n([\s\S]*?)\n\s*END\n/.exec(notes)?.[1]?.replaceAll(/^ {3}/gm, '') ?? '';
  const [, tenant] = yaml.split('---\n');
  const applier = createApplier(api);
  await applier.applyAll([aNamespace('team-hr')]);
  await waitUntil(async () => (await get(TENANT.replace('/acme', ''))).status === 200, { what: 'the kind ScimTenant' });
  const answer = await api.send({
    method: 'PATCH',
    path: `${TENANT}?fieldManager=kubectl&fieldValidation=Strict`,
    body: tenant,
    contentType: 'application/apply-patch+yaml',
  });
  expect(answer).toMatchObject({ status: 201, warnings: [] });
});

test('is upgraded with other values, the CRD among what is upgraded; tenants stay as they are', async () => {
  const before = (await get(TENANT)).body.metadata;
  await helm('upgrade', 'scim-operator', packed, ...LEAST, '--set', 'scimService.replicas=5,crds.keep=true,commonLabels.team=platform');
  expect((await get(DEPLOYMENT)).body.spec.replicas).toBe(5);
  const crd = (await get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/scimtenants.scim-operator.dev')).body;
  expect(crd.metadata.labels).toMatchObject({ team: 'platform' });
  const { uid, generation, resourceVersion } = (await get(TENANT)).body.metadata;
  expect({ uid, generation, resourceVersion }).toEqual({
    uid: before.uid,
    generation: before.generation,
    resourceVersion: before.resourceVersion,
  });
}, 60_000);

test('leaves kind and tenants when it is uninstalled, and takes them over when it comes again', async () => {
  expect(await helm('uninstall', 'scim-operator')).toContain('kept due to the resource policy');
  expect((await get(DEPLOYMENT)).status).toBe(404);
  expect((await get(TENANT)).status).toBe(200);
  // No controller ends namespaces here.
  await helm('install', 'scim-operator', packed, ...LEAST, '--set', 'configNamespace.create=false,rbac.create=false');
  expect((await get(TENANT)).status).toBe(200);
}, 60_000);

test('takes the kind and its tenants with it when told so', async () => {
  await helm('upgrade', 'scim-operator', packed, ...LEAST, '--set', 'configNamespace.create=false,rbac.create=false,crds.keep=false');
  await helm('uninstall', 'scim-operator');
  const end = { what: 'the end of the kind', timeoutMs: 30_000 };
  expect(await waitUntil(async () => (await get(TENANT)).status === 404, end)).toBe(true);
}, 60_000);

test('takes over a kind that was applied by hand, when told so', async () => {
  const crd = parse(readFileSync('crds/scimtenants.yaml', 'utf8')) as Manifest;
  await createApplier(api, 'kubectl').applyAll([crd]);
  const args = ['install', 'scim-operator', packed, ...LEAST, '--set', 'configNamespace.create=false,rbac.create=false'];
  await expect(helm(...args)).rejects.toThrow('invalid ownership metadata');
  await helm(...args, '--take-ownership');
  const { labels } = (await get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/scimtenants.scim-operator.dev')).body.metadata;
  expect(labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'Helm' });
}, 60_000);
