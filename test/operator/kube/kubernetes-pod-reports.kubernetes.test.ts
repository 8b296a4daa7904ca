import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, setGlobalProxyFromEnv, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import { loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import { createLogger } from '#common/logger.ts';
import type { PodReport } from '#common/pod-report.ts';
import { KubernetesPodReports } from '#operator/kube/kubernetes-pod-reports.ts';
import { aTenantReport } from '#test/support/a-tenant-report.ts';
import { startApiServer, type ApiServer } from '#test/support/api-server.ts';
import { startPodNetwork, type PodNetwork } from '#test/support/pod-network.ts';
import { startTcpProxy } from '#test/support/tcp-proxy.ts';

const logger = createLogger({ program: 'test', level: 'silent' });
/** The API takes no loopback address for an endpoint, so pods have one of a network that leads to this machine. */
const POD_ADDRESS = '192.0.2.10';
const A_TENANT_REPORT = aTenantReport({ revision: '0123456789abcdef' });
const forever = new AbortController().signal;
let server: ApiServer;
let admin: KubernetesClient;
let network: PodNetwork;
let leaveNetwork: () => void;

beforeAll(async () => {
  network = await startPodNetwork();
  leaveNetwork = setGlobalProxyFromEnv(network.env);
  server = await startApiServer();
  admin = new KubernetesClient(loadKubeConfig(server.kubeconfig));
}, 120_000);

afterAll(async () => {
  admin.close();
  leaveNetwork();
  await network[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

describe('KubernetesPodReports', () => {
  const pods: Server[] = [];
  afterEach(() => {
    for (const pod of pods.splice(0)) {
      pod.closeAllConnections();
      pod.close();
    }
  });

  async function aPod(answer: RequestListener): Promise<number> {
    const pod = createServer(answer).listen(0, '127.0.0.1');
    pods.push(pod);
    await once(pod, 'listening');
    return (pod.address() as AddressInfo).port;
  }

  const reporting = (name: string): RequestListener => {
    return (request, response) => {
      response.statusCode = request.url === '/internal/v1/report' ? 200 : 404;
      response.end(JSON.stringify(aReport(name)));
    };
  };

  test('asks every pod; those that are silent, wrong or gone are expected, and only missing from the reports', async () => {
    const namespace = await newNamespace();
    await slice(namespace, 'scim-service', await aPod(reporting('pod-0')));
    await slice(namespace, 'scim-service', await aPod(reporting('pod-1')), { ready: false, serving: false });
    await slice(namespace, 'scim-service', await aPod((_, response) => void response.writeHead(500).end()));
    await slice(namespace, 'scim-service', await aPod((_, response) => void response.end('{"version":1}')));
    await slice(namespace, 'scim-service', await aPod(() => {}));
    await slice(namespace, 'scim-service', 1);
    await slice(namespace, 'other-service', await aPod(reporting('other')));
    const reports = new KubernetesPodReports({ client: admin, namespace, serviceName: 'scim-service', watchNamespaces: null, logger });

    const begun = performance.now();
    const poll = await reports.poll(forever);
    expect(performance.now() - begun).toBeLessThan(4_000);
    expect(poll.reports.map(({ pod }) => pod).toSorted()).toEqual(['pod-0', 'pod-1']);
    expect(poll.reports.find(({ pod }) => pod === 'pod-0')).toEqual(aReport('pod-0'));
    expect(poll.expected).toBe(6);
  });

  test('a pod that is going away still reports, and is not missed when it does not', async () => {
    const namespace = await newNamespace();
    await slice(namespace, 'scim-service', await aPod(reporting('leaving')), { ready: false, serving: true, terminating: true });
    await slice(namespace, 'scim-service', 1, { ready: false, serving: false, terminating: true });
    const reports = new KubernetesPodReports({ client: admin, namespace, serviceName: 'scim-service', watchNamespaces: null, logger });
    const poll = await reports.poll(forever);
    expect(poll.reports.map(({ pod }) => pod)).toEqual(['leaving']);
    expect(poll.expected).toBe(1);
  });

  test('a Service without pods, or no Service at all, expects none', async () => {
    const reports = new KubernetesPodReports({
      client: admin,
      namespace: await newNamespace(),
      serviceName: 'scim-service',
      watchNamespaces: null,
      logger,
    });
    expect(await reports.poll(forever)).toEqual({ reports: [], expected: 0 });
  });

  test('while the API server is away, the pods that were known are asked', async () => {
    const namespace = await newNamespace();
    await slice(namespace, 'scim-service', await aPod(reporting('pod-0')));
    await using proxy = await startTcpProxy({ host: '127.0.0.1', port: server.port });
    const client = new KubernetesClient(loadKubeConfig(await server.kubeconfigFor('admin', proxy.port)));
    const reports = new KubernetesPodReports({ client, namespace, serviceName: 'scim-service', watchNamespaces: null, logger });
    expect((await reports.poll(forever)).reports).toHaveLength(1);
    await proxy.cut();
    expect((await reports.poll(forever)).reports).toHaveLength(1);
    client.close();
  });

  test('leaves out tenants of namespaces that another operator looks after', async () => {
    const namespace = await newNamespace();
    const tenants = { 'team-hr/acme': A_TENANT_REPORT, 'team-it/acme': A_TENANT_REPORT };
    await slice(
      namespace,
      'scim-service',
      await aPod(
        (_, response) => void response.end(JSON.stringify({ ...aReport('pod-0'), tenants, gone: ['team-hr/old', 'team-it/old'] })),
      ),
    );
    const parts = { client: admin, namespace, serviceName: 'scim-service', logger };
    const [ours] = (await new KubernetesPodReports({ ...parts, watchNamespaces: ['team-hr'] }).poll(forever)).reports;
    expect(ours).toMatchObject({ tenants: { 'team-hr/acme': A_TENANT_REPORT }, gone: ['team-hr/old'] });
    expect(Object.keys(ours?.tenants ?? {})).toEqual(['team-hr/acme']);
    const [all] = (await new KubernetesPodReports({ ...parts, watchNamespaces: null }).poll(forever)).reports;
    expect(all).toMatchObject({ tenants, gone: ['team-hr/old', 'team-it/old'] });
  });

  test('asks a pod for what has changed since its last answer, and for the whole where it missed a poll', async () => {
    const namespace = await newNamespace();
    const asked: (string | undefined)[] = [];
    const answer: RequestListener = (request, response) => {
      asked.push(request.url);
      if (asked.length === 3) return void response.writeHead(503).end();
      const partial = request.url?.includes('since') === true;
      response.end(JSON.stringify({ ...aReport('pod-0'), cursor: `a:${asked.length}`, partial, gone: partial ? ['team-hr/old'] : [] }));
    };
    await slice(namespace, 'scim-service', await aPod(answer));
    const reports = new KubernetesPodReports({ client: admin, namespace, serviceName: 'scim-service', watchNamespaces: null, logger });
    const polls = [];
    for (let count = 0; count < 5; count++) polls.push(await reports.poll(forever));
    const route = '/internal/v1/report';
    expect(asked).toEqual([route, `${route}?since=a%3A1`, `${route}?since=a%3A2`, route, `${route}?since=a%3A4`]);
    expect(polls.map((poll) => poll.reports.map(({ partial, gone }) => ({ partial, gone })))).toEqual([
      [{ partial: false, gone: [] }],
      [{ partial: true, gone: ['team-hr/old'] }],
      [],
      [{ partial: false, gone: [] }],
      [{ partial: true, gone: ['team-hr/old'] }],
    ]);
  });

  test('a pod that tells changes of a report that it never gave is silent, and is asked for the whole', async () => {
    const namespace = await newNamespace();
    const asked: (string | undefined)[] = [];
    const answer: RequestListener = (request, response) => {
      asked.push(request.url);
      const isOther = asked.length === 2;
      response.end(JSON.stringify({ ...aReport(isOther ? 'pod-1' : 'pod-0'), cursor: 'a:1', partial: isOther }));
    };
    await slice(namespace, 'scim-service', await aPod(answer));
    const reports = new KubernetesPodReports({ client: admin, namespace, serviceName: 'scim-service', watchNamespaces: null, logger });
    await reports.poll(forever);
    expect(await reports.poll(forever)).toEqual({ reports: [], expected: 1 });
    await reports.poll(forever);
    expect(asked).toEqual(['/internal/v1/report', '/internal/v1/report?since=a%3A1', '/internal/v1/report']);
  });

  test('never asks a pod of before for changes, which always tells the whole', async () => {
    const namespace = await newNamespace();
    const asked: (string | undefined)[] = [];
    const { cursor: _cursor, partial: _partial, gone: _gone, ...ofBefore } = aReport('pod-0');
    await slice(
      namespace,
      'scim-service',
      await aPod((request, response) => (asked.push(request.url), void response.end(JSON.stringify(ofBefore)))),
    );
    const reports = new KubernetesPodReports({ client: admin, namespace, serviceName: 'scim-service', watchNamespaces: null, logger });
    for (let count = 0; count < 2; count++) expect((await reports.poll(forever)).reports).toEqual([aReport('pod-0')]);
    expect(asked).toEqual(['/internal/v1/report', '/internal/v1/report']);
  });

  test('reads the report of an older pod, and counts a class of failures that only a newer one knows as another client error', async () => {
    const namespace = await newNamespace();
    const { generation, revision, epoch, lastRequestTime, lastSuccessTime, users } = A_TENANT_REPORT;
    const failures = { InvalidValue: 2, Gremlins: 3, OtherClientError: 1 };
    const older = { generation, revision, epoch, lastRequestTime, lastSuccessTime, users };
    const report = { ...aReport('pod-0'), tenants: { 'team-hr/acme': { ...older, buckets: [{ start: 10, requests: 7, failures }] } } };
    await slice(namespace, 'scim-service', await aPod((_, response) => void response.end(JSON.stringify(report))));
    const pods = new KubernetesPodReports({ client: admin, namespace, serviceName: 'scim-service', watchNamespaces: null, logger });
    const [read] = (await pods.poll(forever)).reports;
    expect(read?.tenants).toEqual({
      'team-hr/acme': { ...A_TENANT_REPORT, buckets: [{ start: 10, requests: 7, failures: { InvalidValue: 2, OtherClientError: 4 } }] },
    });
  });

  test('an abort ends the poll at once', async () => {
    const namespace = await newNamespace();
    await slice(namespace, 'scim-service', await aPod(() => {}));
    const reports = new KubernetesPodReports({ client: admin, namespace, serviceName: 'scim-service', watchNamespaces: null, logger });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    const begun = performance.now();
    await reports.poll(stop.signal);
    expect(performance.now() - begun).toBeLessThan(1_500);
  });
});

function aReport(pod: string): PodReport {
  const of = { bootId: `${pod}-boot`, pod, time: '2026-01-02T03:04:05Z' };
  return { version: 1, ...of, synced: true, tenants: {}, cursor: null, partial: false, gone: [] };
}

async function newNamespace(): Promise<string> {
  const name = `pods-${randomUUID().slice(0, 8)}`;
  await admin.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
  return name;
}

/** Takes the place of the EndpointSlice controller: one slice for each pod, since every pod of the test has its own port. */
async function slice(
  namespace: string,
  service: string,
  port: number,
  conditions: { readonly ready: boolean; readonly serving: boolean; readonly terminating?: boolean } = { ready: true, serving: true },
): Promise<void> {
  const name = `${service}-${randomUUID().slice(0, 8)}`;
  await admin.request({
    method: 'POST',
    path: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    body: {
      metadata: { name, labels: { 'kubernetes.io/service-name': service } },
      addressType: 'IPv4',
      ports: [
        { name: 'http', port: 8080 },
        { name: 'admin', port },
      ],
      endpoints: [{ addresses: [POD_ADDRESS], conditions, targetRef: { kind: 'Pod', name, namespace, uid: randomUUID() } }],
    },
  });
}
