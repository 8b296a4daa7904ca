import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import { loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import { createLogger } from '#common/logger.ts';
import { KubernetesCluster } from '#operator/kube/kubernetes-cluster.ts';
import { aClock } from '#test/support/a-clock.ts';
import { anOperator } from '#test/support/an-operator.ts';
import { startApiServer, type ApiServer } from '#test/support/api-server.ts';
import { aSpecManifest } from '#test/support/a-tenant.ts';
import { FakeCluster } from '#test/support/fake-cluster.ts';
import { FakeMailbox } from '#test/support/fake-notifier.ts';
import { FakePods } from '#test/support/fake-pods.ts';
import { installKind } from '#test/support/install-kind.ts';
import { waitUntil } from '#test/support/wait-until.ts';

const KEY = 'team-hr/acme';
const TENANTS = '/apis/scim-operator.dev/v1alpha1/namespaces/team-hr/scimtenants';

let server: ApiServer;
let client: KubernetesClient;
let cluster: KubernetesCluster;
let running: Promise<void>;
const stop = new AbortController();
const requests: string[] = [];

beforeAll(async () => {
  server = await startApiServer();
  await installKind(server, ['team-hr', 'scim-config']);
  client = new KubernetesClient(loadKubeConfig(server.kubeconfig), {
    requested: (method, code) => void requests.push(`${method} ${code}`),
  });
  cluster = new KubernetesCluster({
    client,
    configNamespace: 'scim-config',
    watchNamespaces: null,
    identity: 'operator-0',
    logger: createLogger({ program: 'test', level: 'silent' }),
  });
  running = cluster.run(() => {}, stop.signal);
  await cluster.synced();
  await waitUntil(() => requests.length >= 6, { what: 'three lists and three watches' });
}, 120_000);

afterAll(async () => {
  stop.abort();
  await running;
  client.close();
  await server[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await server.send({ method: 'DELETE', path: `${TENANTS}/acme` });
  await server.send({ method: 'DELETE', path: '/api/v1/namespaces/team-hr/secrets/acme-scim-token' });
  await server.send({
    method: 'POST',
    path: '/api/v1/namespaces/team-hr/secrets',
    body: { metadata: { name: 'acme-scim-token' }, stringData: { token: 'a-token-of-more-than-24-characters' } },
  });
  await server.send({
    method: 'POST',
    path: TENANTS,
    body: { apiVersion: 'scim-operator.dev/v1alpha1', kind: 'ScimTenant', metadata: { name: 'acme' }, spec: aSpecManifest() },
  });
});

/** One process that has just started, whose pods are none. */
function operator() {
  const clock = aClock('2026-11-24T06:00:00Z');
  const pods = new FakePods(new FakeCluster(), clock.now, []);
  return anOperator({ cluster: new FakeCluster(), pods, mailbox: new FakeMailbox(), clock }, Infinity, cluster);
}

async function requestsOf(run: () => Promise<unknown>): Promise<readonly string[]> {
  requests.splice(0);
  await run();
  return requests.toSorted();
}

test('a tenant’s first run reads the tenant and its Secret and writes config and status, and one that changes nothing reads three objects', async () => {
  const { step } = operator();
  expect(await requestsOf(() => step(KEY))).toEqual(['GET 200', 'GET 200', 'PATCH 200', 'PATCH 201']);
  expect(await requestsOf(() => step(KEY))).toEqual(['GET 200', 'GET 200', 'GET 200']);
});

test('a tenant that somebody wrote in the middle of a run is read once more, and its status is written all the same', async () => {
  const { step } = operator();
  await step(KEY);
  const read = await cluster.tenant(KEY);
  await server.send({
    method: 'PATCH',
    path: `${TENANTS}/acme`,
    contentType: 'application/merge-patch+json',
    body: { metadata: { annotations: { somebody: 'was here' } } },
  });
  const status = { ...read!.status!, endpoint: 'https://elsewhere.example.com' };
  expect(await requestsOf(() => cluster.writeStatus(read!, status))).toEqual(['GET 200', 'PATCH 200', 'PATCH 409']);
  expect((await cluster.tenant(KEY))?.status?.endpoint).toBe('https://elsewhere.example.com');
});
