import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import { loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import { podReportSchema } from '#common/pod-report.ts';
import type { TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { toolManagers } from '#operator/breaker/tool-managers.ts';
import { runControlLoop } from '#operator/control-loop.ts';
import { createOperatorMetrics } from '#operator/controller/operator-metrics.ts';
import { KubernetesCluster } from '#operator/kube/kubernetes-cluster.ts';
import { createKubernetesConfigFeed } from '#scim-service/config-feed/kubernetes-config-feed.ts';
import { startHttpServer } from '#scim-service/http/server.ts';
import { createServiceMetrics } from '#scim-service/http/service-metrics.ts';
import { createServiceCore } from '#scim-service/service-core.ts';
import { aLog, type LogLine } from '#test/support/a-log.ts';
import { startApiServer, type ApiServer } from '#test/support/api-server.ts';
import { InterleavingStore } from '#test/support/interleaving-store.ts';
import { createScimClient } from '#test/support/scim-client.ts';
import { installKind } from '#test/support/install-kind.ts';
import { waitUntil } from '#test/support/wait-until.ts';
import { condition } from './cluster.ts';

/**
 * An operator of the next version, which has a feature that the pods do not know, and then an operator of this version again:
 * what an upgrade looks like that is half done and then taken back. Each test needs the ones before it.
 */

const TOKEN = 'a-token-of-more-than-24-characters';
const TENANTS = '/apis/scim-operator.dev/v1alpha1/namespaces/team-hr/scimtenants';
const UNKNOWN = 'it requires "dreams", which this pod does not know';
/** The only tenant that uses the new feature. */
const DREAMER: TenantKey = 'team-hr/acme';

/** As an operator writes configs that knows one feature more, and reads them back. */
class NewerCluster extends KubernetesCluster {
  override applyDerivedConfig(config: TenantConfig): Promise<void> {
    return super.applyDerivedConfig({ ...config, requires: `${config.namespace}/${config.name}` === DREAMER ? ['dreams'] : [] });
  }

  override async derivedConfig(key: TenantKey): Promise<TenantConfig | null> {
    const stored = await super.derivedConfig(key);
    return stored && { ...stored, requires: [] };
  }
}

interface Pod {
  readonly log: readonly LogLine[];
  readonly report: () => unknown;
  readonly refused: () => Promise<string | undefined>;
  get(tenant: string, token?: string): Promise<{ readonly status: number; readonly retryAfter: string | null }>;
}

let api: ApiServer;
let client: KubernetesClient;
const pods: Pod[] = [];
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  api = stack.use(await startApiServer());
  client = stack.adopt(new KubernetesClient(loadKubeConfig(api.kubeconfig)), (open) => open.close());
  const send = async (path: string, body: unknown): Promise<void> => {
    const { status } = await api.send({ method: 'POST', path, body });
    if (status !== 201) throw new Error(`${path}: ${status}`);
  };
  await installKind(api, ['scim-config', 'team-hr']);
  await send('/api/v1/namespaces/team-hr/secrets', { metadata: { name: 'scim-token' }, stringData: { token: TOKEN } });
  for (const name of ['acme', 'globex']) {
    await send(TENANTS, {
      apiVersion: 'scim-operator.dev/v1alpha1',
      kind: 'ScimTenant',
      metadata: { name },
      spec: { tokenSecretRef: { name: 'scim-token' }, attributeMapping: [{ source: 'userName', target: 'login' }] },
    });
  }
}, 120_000);

afterAll(() => stack.disposeAsync(), 30_000);

/** A pod of this version on the real config feed, which answers requests on a port of its own. */
async function startPod(name: string): Promise<Pod> {
  const log = aLog();
  const registry = new Registry();
  const core = createServiceCore({
    store: stack.use(new InterleavingStore()),
    feed: createKubernetesConfigFeed({ client, namespace: 'scim-config', logger: log.logger }),
    metrics: createServiceMetrics(registry),
    logger: log.logger,
    clock: Date.now,
    externalUrl: null,
    docsUrl: null,
    pod: name,
  });
  const stop = new AbortController();
  const running = core.run(stop.signal);
  stack.defer(async () => {
    stop.abort();
    await running;
  });
  const server = stack.use(await startHttpServer({ app: core.app, host: '127.0.0.1', port: 0 }));
  await waitUntil(() => core.directory.isSynced, { what: 'all configs read' });
  const pod: Pod = {
    log: log.lines,
    report: () => JSON.parse(JSON.stringify(core.report())),
    refused: async () => /^scim_refused_tenant_configs (\d+)$/m.exec(await registry.metrics())?.[1],
    async get(tenant, token = TOKEN) {
      const scim = createScimClient(`http://127.0.0.1:${server.port}/team-hr/${tenant}/scim/v2`, token);
      const { status, headers } = await scim.send({ method: 'GET', path: '/Users' });
      return { status, retryAfter: headers.get('retry-after') };
    },
  };
  pods.push(pod);
  return pod;
}

/** Runs an operator on the API server and the pods for as long as `life` lasts. */
async function withOperator(Cluster: typeof KubernetesCluster, life: () => Promise<void>): Promise<void> {
  const { logger } = aLog();
  const stop = new AbortController();
  const running = runControlLoop(
    {
      cluster: new Cluster({ client, configNamespace: 'scim-config', watchNamespaces: null, identity: 'operator-0', logger }),
      home: 'kubernetes',
      pods: { poll: async () => ({ reports: pods.map(({ report }) => podReportSchema.parse(report())), expected: pods.length }) },
      leadership: { assertHeld() {} },
      mail: { smtpUrl: null, from: 'scim@example.com' },
      breaker: { tools: toolManagers([]), dryRun: false, platformEmails: [] },
      externalUrl: 'https://scim.example.com',
      docsUrl: null,
      metrics: createOperatorMetrics(new Registry()),
      logger,
    },
    stop.signal,
  );
  try {
    await life();
  } finally {
    stop.abort();
    await running;
  }
}

/** Waits until the condition Ready of the tenant has this reason. */
// oxlint-disable-next-line typescript/no-explicit-any -- a ScimTenant as the API server shows it
async function readyFor(name: string, reason: string, generation: number): Promise<any> {
  return waitUntil(
    async () => {
      const { body } = await api.send({ method: 'GET', path: `${TENANTS}/${name}` });
      return condition(body, 'Ready')?.reason === reason && body.status.observedGeneration === generation && body;
    },
    { what: `${name} ${reason}`, timeoutMs: 20_000 },
  );
}

async function change(name: string): Promise<void> {
  const body = { spec: { displayName: 'Changed' } };
  await api.send({ method: 'PATCH', path: `${TENANTS}/${name}`, body, contentType: 'application/merge-patch+json' });
}

test('operator and pod of one version serve both tenants', async () => {
  const pod = await startPod('old-0');
  await withOperator(KubernetesCluster, async () => {
    for (const name of ['acme', 'globex']) await readyFor(name, 'Programmed', 1);
    expect([(await pod.get('acme')).status, (await pod.get('globex')).status, await pod.refused()]).toEqual([200, 200, '0']);
  });
}, 60_000);

test('a config of the next version that requires a feature is refused for its tenant alone; the last good one goes on, and status tells', async () => {
  const [before] = pods;
  await withOperator(NewerCluster, async () => {
    for (const name of ['acme', 'globex']) await change(name);
    await readyFor('globex', 'Programmed', 2);
    await readyFor('acme', 'ConfigRefused', 2);
    // Of a pod that starts now there is no last good one.
    const after = await startPod('old-1');
    await readyFor('globex', 'Programmed', 2);
    const told =
      `2 of 2 pods of the SCIM service refuse this configuration: ${UNKNOWN}; ` +
      'they go on with the last configuration that they can serve, and without one answer 503';
    const acme = await waitUntil(
      async () => {
        const found = await readyFor('acme', 'ConfigRefused', 2);
        return condition(found, 'Ready').message === told && found;
      },
      { what: 'both pods counted', timeoutMs: 20_000 },
    );
    expect(condition(acme, 'Programmed')).toMatchObject({ status: 'False', reason: 'ConfigRefused', message: told });
    expect(acme.status.programmed).toEqual({ generation: 2, pods: 2, acknowledged: 0 });

    expect([await before?.get('acme'), await before?.get('acme', 'another-token'), await before?.get('globex')]).toEqual([
      { status: 200, retryAfter: null },
      { status: 401, retryAfter: null },
      { status: 200, retryAfter: null },
    ]);
    expect([await after.get('acme'), await after.get('acme', 'another-token'), await after.get('globex')]).toEqual([
      { status: 503, retryAfter: '60' },
      { status: 503, retryAfter: '60' },
      { status: 200, retryAfter: null },
    ]);
    for (const pod of pods) {
      expect(await pod.refused()).toBe('1');
      const refusals = pod.log.filter(({ msg }) => String(msg).startsWith('tenant config is refused'));
      expect(refusals).toMatchObject([{ level: 'error', tenant: DREAMER, reason: UNKNOWN }]);
    }
  });
}, 60_000);

test('an operator that goes back to the version of the pods puts the config in words that they know', async () => {
  await withOperator(KubernetesCluster, async () => {
    const { status } = await readyFor('acme', 'Programmed', 2);
    expect(status.programmed).toEqual({ generation: 2, pods: 2, acknowledged: 2 });
    for (const pod of pods) expect([await pod.get('acme'), await pod.refused()]).toEqual([{ status: 200, retryAfter: null }, '0']);
  });
}, 60_000);

test('a spec with a field that only a newer definition has is left in force as it was, until the field goes', async () => {
  const crd = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/scimtenants.scim-operator.dev';
  const field = [
    { op: 'add', path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/dreams', value: { type: 'string' } },
  ];
  await api.send({ method: 'PATCH', path: crd, body: field, contentType: 'application/json-patch+json' });
  const patch = async (dreams: string | null) => {
    const body = { spec: { dreams } };
    return (await api.send({ method: 'PATCH', path: `${TENANTS}/acme`, body, contentType: 'application/merge-patch+json' })).body;
  };
  await withOperator(KubernetesCluster, async () => {
    await waitUntil(async () => (await patch('vivid')).spec.dreams === 'vivid', { what: 'the new field' });
    const { status } = await readyFor('acme', 'SpecInvalid', 3);
    expect(condition({ status }, 'Ready').message).toContain('spec.dreams: no such field in this version of the operator');
    for (const pod of pods) expect((await pod.get('acme')).status).toBe(200);
    const { metadata } = await patch(null);
    await readyFor('acme', 'Programmed', metadata.generation);
  });
}, 60_000);
