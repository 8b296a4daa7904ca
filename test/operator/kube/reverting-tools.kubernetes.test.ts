import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Registry } from 'prom-client';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import { loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import { tenantKey } from '#common/tenant-key.ts';
import { toolManagers } from '#operator/breaker/tool-managers.ts';
import { type Controller } from '#operator/controller/controller.ts';
import type { ClusterWriter } from '#operator/controller/ports.ts';
import { KubernetesCluster } from '#operator/kube/kubernetes-cluster.ts';
import { aLog } from '#test/support/a-log.ts';
import { startApiServer, type ApiServer } from '#test/support/api-server.ts';
import { FakeMailbox } from '#test/support/fake-notifier.ts';
import { FakePods } from '#test/support/fake-pods.ts';
import { clientSideApply, mergePatch, replace, serverSideApply, tenantPath, type Manifest } from '#test/support/reverting-tools.ts';
import { runController } from '#test/support/run-controller.ts';
import { installKind } from '#test/support/install-kind.ts';
import { waitUntil } from '#test/support/wait-until.ts';

/** The operator's own loops on a real API server, against tools that write `enabled: true` again and again. */

const RESET_AT = 'scim-operator.dev/reset-at';
const PAUSED = 'scim-operator.dev/paused';

let server: ApiServer;
let client: KubernetesClient;
let pods: FakePods;
let mailbox: FakeMailbox;
let controller: Controller;
let registry: Registry;
/** `<method> <tenant>` of each write that the operator made. */
const writes: string[] = [];
let end: () => Promise<void>;

beforeAll(async () => {
  server = await startApiServer();
  await installKind(server, ['scim-config']);
  client = new KubernetesClient(loadKubeConfig(server.kubeconfig));
  const { logger } = aLog();
  const cluster = new KubernetesCluster({ client, configNamespace: 'scim-config', watchNamespaces: null, identity: 'operator-0', logger });
  pods = new FakePods(cluster, Date.now, ['pod-a']);
  mailbox = new FakeMailbox();
  ({ controller, registry, end } = runController(
    { cluster, writer: counted(cluster), pods, mailbox },
    { breaker: { tools: toolManagers(['ci-*']), dryRun: false }, pollIntervalMs: 50 },
  ));
}, 120_000);

afterAll(async () => {
  await end();
  client.close();
  await server[Symbol.asyncDispose]();
});

/** Five that have tripped would be a failure of the platform. */
afterEach(async () => {
  const { items } = (await server.send({ method: 'GET', path: '/apis/scim-operator.dev/v1alpha1/scimtenants' })).body as {
    items: Manifest[];
  };
  for (const { metadata } of items) {
    await server.send({ method: 'DELETE', path: tenantPath(metadata) });
    const secret = `/api/v1/namespaces/scim-config/secrets/${metadata.namespace}.${metadata.name}`;
    await waitUntil(async () => (await server.send({ method: 'GET', path: secret })).status === 404, {
      what: 'the end of a config',
      timeoutMs: 20_000,
    });
  }
});

function counted(cluster: KubernetesCluster): ClusterWriter {
  return {
    applyDerivedConfig: (config) => (writes.push(`config ${tenantKey(config)}`), cluster.applyDerivedConfig(config)),
    deleteDerivedConfig: (key) => cluster.deleteDerivedConfig(key),
    createTokenSecret: (tenant, secret) => cluster.createTokenSecret(tenant, secret),
    rotateTokenSecret: (tenant, secret) => cluster.rotateTokenSecret(tenant, secret),
    mirrorDisabled: (name, disabled) => (
      writes.push(`${disabled ? 'mirror' : 'release'} ${tenantKey(name)}`),
      cluster.mirrorDisabled(name, disabled)
    ),
    holdTenant: (name) => cluster.holdTenant(name),
    releaseTenant: (name) => cluster.releaseTenant(name),
    recordNamespaceEvent: (namespace, event) => cluster.recordNamespaceEvent(namespace, event),
    writeStatus: (tenant, status) => (writes.push(`status ${tenantKey(tenant)}`), cluster.writeStatus(tenant, status)),
    recordEvent: (tenant, event) => (writes.push(`event ${tenantKey(tenant)}`), cluster.recordEvent(tenant, event)),
  };
}

/** A manifest in a namespace of its own, whose token is there. */
async function aManifest(spec: Manifest['spec'] = { enabled: true }): Promise<Manifest> {
  const namespace = `team-${randomUUID().slice(0, 8)}`;
  await server.send({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } });
  const secret = { metadata: { name: 'token' }, stringData: { token: 'a-token-of-more-than-24-characters' } };
  await server.send({ method: 'POST', path: `/api/v1/namespaces/${namespace}/secrets`, body: secret });
  return {
    metadata: { name: 'acme', namespace },
    spec: {
      ...spec,
      tokenSecretRef: { name: 'token' },
      notificationEmails: ['hr-it@acme.example'],
      preset: 'Minimal',
      failurePolicy: { minRequests: 5, maxFailures: 3, maxFailureRatio: 0.5 },
    },
  };
}

// oxlint-disable-next-line typescript/no-explicit-any -- a ScimTenant as the API server shows it
async function live({ metadata }: Manifest): Promise<any> {
  return (await server.send({ method: 'GET', path: tenantPath(metadata) })).body;
}

// oxlint-disable-next-line typescript/no-explicit-any -- as above
async function until(manifest: Manifest, what: string, isSo: (tenant: any) => unknown): Promise<void> {
  await waitUntil(async () => Boolean(isSo(await live(manifest))), { what, timeoutMs: 20_000, intervalMs: 20 });
}

// oxlint-disable-next-line typescript/no-explicit-any -- as above
function ready({ status }: any): { status: string; reason: string; message: string } | undefined {
  return status?.conditions?.find(({ type }: { type: string }) => type === 'Ready');
}

/** Waits for Ready, has requests fail, and waits until status, mirror and mail are there. */
async function trip(manifest: Manifest, times = 1): Promise<void> {
  const key = tenantKey(manifest.metadata);
  await until(manifest, 'Ready', (tenant) => ready(tenant)?.status === 'True');
  await pods.send('pod-a', key, { successes: 1, failures: { InvalidValue: 5 } });
  await until(
    manifest,
    'the trip',
    ({ spec, status }) =>
      !spec.enabled &&
      status.breaker.state === 'Open' &&
      status.breaker.mirroredTrip === times &&
      status.notifications?.notices?.some(
        (notice: { id: string; delivered?: string[] }) => notice.id === `trip-${times}` && notice.delivered?.length === 1,
      ),
  );
}

/** Until a run that began after this moment has ended. */
async function anotherRun(manifest: Manifest): Promise<void> {
  const runs = async (): Promise<number> => {
    const { values } = (await registry.getSingleMetric('controller_runtime_reconcile_total')!.get()) as { values: { value: number }[] };
    return values.reduce((sum, { value }) => sum + value, 0);
  };
  // Others' runs may count, so the queue is asked to come to this one twice.
  for (let round = 0; round < 2; round += 1) {
    const before = await runs();
    controller.enqueue(tenantKey(manifest.metadata));
    await waitUntil(async () => (await runs()) > before, { what: 'a run', intervalMs: 5 });
  }
}

function writesFor({ metadata }: Manifest): string[] {
  return writes.filter((write) => write.endsWith(` ${tenantKey(metadata)}`)).map((write) => write.split(' ')[0]!);
}

function mailsFor({ metadata }: Manifest): number {
  return mailbox.mails.filter(({ tenant }) => tenantKey(tenant) === tenantKey(metadata)).length;
}

type Tool = (manifest: Manifest) => Promise<unknown>;

const send: ApiServer['send'] = (request) => server.send(request);
const kubectlApply: Tool = (manifest) => clientSideApply(send, manifest);
const kubectlServerSide: Tool = (manifest) => serverSideApply(send, manifest, { manager: 'kubectl', force: true });
const flux: Tool = (manifest) => serverSideApply(send, manifest, { manager: 'kustomize-controller', force: true });

const TOOLS: { name: string; tool: Tool; manager: string }[] = [
  { name: 'kubectl apply', tool: kubectlApply, manager: 'kubectl-client-side-apply' },
  { name: 'kubectl apply --server-side --force-conflicts', tool: kubectlServerSide, manager: 'kubectl' },
  { name: 'Argo CD', tool: (manifest) => clientSideApply(send, manifest, 'argocd-controller'), manager: 'argocd-controller' },
  {
    name: 'Argo CD with ServerSideApply=true',
    tool: (manifest) => serverSideApply(send, manifest, { manager: 'argocd-controller', force: true }),
    manager: 'argocd-controller',
  },
  { name: 'Flux', tool: flux, manager: 'kustomize-controller' },
  {
    name: 'a three-way merge of helm-controller',
    tool: (manifest) => clientSideApply(send, manifest, 'helm-controller'),
    manager: 'helm-controller',
  },
  {
    name: 'Terraform with force_conflicts',
    tool: (manifest) => serverSideApply(send, manifest, { manager: 'Terraform', force: true }),
    manager: 'Terraform',
  },
  {
    name: 'a tool of TOOL_FIELD_MANAGERS',
    tool: (manifest) => clientSideApply(send, manifest, 'ci-deployer-42'),
    manager: 'ci-deployer-42',
  },
];

/** Reverts until the operator has seen it, and then again and again. */
async function revert(manifest: Manifest, tool: Tool, manager: string): Promise<void> {
  await tool(manifest);
  await until(manifest, 'the words about the revert', (tenant) =>
    ready(tenant)?.message.includes(`spec.enabled: true comes from ${manager} and does not count`),
  );
  for (let again = 0; again < 5; again += 1) await tool(manifest);
}

describe.each(TOOLS)('under $name, which writes enabled: true again and again', ({ tool, manager }) => {
  test('a tripped tenant stays tripped, without a patch war and without a second mail', async () => {
    const manifest = await aManifest();
    await tool(manifest);
    await trip(manifest);
    const untilThen = writesFor(manifest).length;
    await revert(manifest, tool, manager);
    await anotherRun(manifest);
    const afterwards = writesFor(manifest).slice(untilThen);

    const tenant = await live(manifest);
    expect(tenant.spec.enabled).toBe(true);
    expect(tenant.status.breaker).toMatchObject({ state: 'Open', trips: 1, mirroredTrip: 1 });
    expect(ready(tenant)).toMatchObject({ status: 'False', reason: 'Tripped' });
    expect(writesFor(manifest).filter((write) => write === 'mirror')).toEqual(['mirror']);
    // Spec was written three times in all: applied, mirrored, reverted.
    expect(tenant.metadata.generation).toBe(3);
    // Who reverted is told, and the config carries the generation; nothing else, and nothing for the other five times.
    expect(afterwards.filter((write) => write !== 'status' && write !== 'config')).toEqual([]);
    expect(afterwards.length).toBeLessThanOrEqual(4);
    expect(mailsFor(manifest)).toBe(1);
  }, 60_000);

  test('a person switches it on by the command of the mail, and it stays on', async () => {
    const manifest = await aManifest();
    await tool(manifest);
    await trip(manifest);
    await revert(manifest, tool, manager);
    const body = { metadata: { annotations: { [RESET_AT]: '2026-11-24T06:00:00Z' } }, spec: { enabled: true } };
    expect((await mergePatch(send, manifest.metadata, body)).status).toBe(200);
    await until(manifest, 'Ready', (tenant) => ready(tenant)?.status === 'True');
    await tool(manifest);
    await anotherRun(manifest);
    expect((await live(manifest)).status.breaker).toMatchObject({ state: 'Closed', trips: 1 });
  }, 60_000);
});

describe('a person switches a tripped tenant on', () => {
  test.each([
    { name: 'kubectl apply', tool: kubectlApply },
    { name: 'Flux', tool: flux },
  ])(
    'by kubectl patch of spec.enabled while the mirror holds, under $name',
    async ({ tool }) => {
      const manifest = await aManifest();
      await tool(manifest);
      await trip(manifest);
      await mergePatch(send, manifest.metadata, { spec: { enabled: true } });
      await until(manifest, 'Ready', (tenant) => ready(tenant)?.status === 'True');

      // What the person's patch owned before the second trip, it may own again.
      await trip(manifest, 2);
      await mergePatch(send, manifest.metadata, { spec: { enabled: true } });
      await until(manifest, 'Ready again', (tenant) => ready(tenant)?.status === 'True');
      expect((await live(manifest)).status.breaker).toMatchObject({ state: 'Closed', trips: 2 });
      expect(mailsFor(manifest)).toBe(2);
    },
    60_000,
  );

  test('but not by kubectl patch of what a tool has written already: the API server tells nobody of it', async () => {
    const manifest = await aManifest();
    await flux(manifest);
    await trip(manifest);
    await revert(manifest, flux, 'kustomize-controller');
    const { generation } = (await live(manifest)).metadata;
    const { status, body } = await mergePatch(send, manifest.metadata, { spec: { enabled: true } });
    expect({ status, generation: body.metadata.generation }).toEqual({ status: 200, generation });
    expect(body.metadata.managedFields.map((entry: { manager: string }) => entry.manager)).not.toContain('kubectl-patch');
    await anotherRun(manifest);
    expect((await live(manifest)).status.breaker.state).toBe('Open');
  }, 60_000);

  test.each(TOOLS)(
    'by resetToken in the repository of $name',
    async ({ tool, manager }) => {
      const manifest = await aManifest();
      await tool(manifest);
      await trip(manifest);
      await revert(manifest, tool, manager);
      const { failurePolicy } = manifest.spec as { failurePolicy: object };
      const changed = { ...manifest, spec: { ...manifest.spec, failurePolicy: { ...failurePolicy, resetToken: '2026-11-24' } } };
      for (let again = 0; again < 3; again += 1) await tool(changed);
      await until(manifest, 'Ready', (tenant) => ready(tenant)?.status === 'True');
      expect((await live(manifest)).status.breaker).toMatchObject({ state: 'Closed', trips: 1, observedResetToken: '2026-11-24' });
    },
    60_000,
  );

  test('by annotation, which takes the mirror back', async () => {
    const manifest = await aManifest();
    await kubectlServerSide(manifest);
    await trip(manifest);
    await mergePatch(send, manifest.metadata, { metadata: { annotations: { [RESET_AT]: 'now' } } }, 'kubectl-annotate');
    await until(manifest, 'Ready', (tenant) => ready(tenant)?.status === 'True');
    expect((await live(manifest)).spec.enabled).toBe(true);
  }, 60_000);

  test('by kubectl apply of a manifest that says enabled: true and did not before', async () => {
    const manifest = await aManifest({});
    await kubectlApply(manifest);
    await trip(manifest);
    await kubectlApply(manifest);
    await anotherRun(manifest);
    expect(await live(manifest)).toMatchObject({ spec: { enabled: false }, status: { breaker: { state: 'Open' } } });
    await kubectlApply({ ...manifest, spec: { ...manifest.spec, enabled: true } });
    await until(manifest, 'Ready', (tenant) => ready(tenant)?.status === 'True');
  }, 60_000);

  test.each([
    { name: 'kubectl apply', tool: kubectlApply },
    { name: 'kubectl apply --server-side --force-conflicts', tool: kubectlServerSide },
  ])(
    'by $name of false and then of true',
    async ({ tool }) => {
      const manifest = await aManifest();
      await tool(manifest);
      await trip(manifest);
      await tool({ ...manifest, spec: { ...manifest.spec, enabled: false } });
      await until(manifest, 'that the operator has seen it', ({ status }) => (status.breaker.enablingManifests ?? []).length === 0);
      await tool(manifest);
      await until(manifest, 'Ready', (tenant) => ready(tenant)?.status === 'True');
      expect((await live(manifest)).status.breaker).toMatchObject({ state: 'Closed', trips: 1 });
    },
    60_000,
  );

  test('by kubectl replace', async () => {
    const manifest = await aManifest();
    await kubectlApply(manifest);
    await trip(manifest);
    expect((await replace(send, manifest)).status).toBe(200);
    await until(manifest, 'Ready', (tenant) => ready(tenant)?.status === 'True');
  }, 60_000);
});

describe('a manifest with another change', () => {
  test.each([
    { name: 'kubectl apply', tool: kubectlApply, manager: 'kubectl-client-side-apply' },
    { name: 'kubectl apply --server-side --force-conflicts', tool: kubectlServerSide, manager: 'kubectl' },
  ])(
    'is put in force by $name and leaves a tripped tenant tripped',
    async ({ tool, manager }) => {
      const manifest = await aManifest();
      await tool(manifest);
      await trip(manifest);
      const changed = { ...manifest, spec: { ...manifest.spec, displayName: 'Acme Corporation' } };
      await revert(changed, tool, manager);
      const tenant = await live(manifest);
      expect(tenant).toMatchObject({ spec: { enabled: true, displayName: 'Acme Corporation' }, status: { breaker: { state: 'Open' } } });
      expect(mailsFor(manifest)).toBe(1);
    },
    60_000,
  );

  test('is told of the conflict by a server-side apply without force, as Helm 4 and Terraform do it', async () => {
    const manifest = await aManifest();
    await serverSideApply(send, manifest, { manager: 'Terraform', force: false });
    await trip(manifest);
    const answer = await serverSideApply(send, manifest, { manager: 'Terraform', force: false });
    expect(answer.status).toBe(409);
    expect(answer.body.message).toContain('conflict with "scim-operator-breaker": .spec.enabled');
  }, 60_000);

  test('without enabled is applied by server-side apply while the mirror holds', async () => {
    const manifest = await aManifest({});
    await flux(manifest);
    await trip(manifest);
    await flux({ ...manifest, spec: { ...manifest.spec, displayName: 'Acme Corporation' } });
    await anotherRun(manifest);
    expect(await live(manifest)).toMatchObject({
      spec: { enabled: false, displayName: 'Acme Corporation' },
      status: { breaker: { state: 'Open' } },
    });
  }, 60_000);
});

describe('a paused tenant', () => {
  test('is left alone until the annotation goes, and is deleted all the same', async () => {
    const manifest = await aManifest();
    await kubectlApply(manifest);
    await until(manifest, 'Ready', (tenant) => ready(tenant)?.status === 'True');
    await mergePatch(send, manifest.metadata, { metadata: { annotations: { [PAUSED]: 'true' } } }, 'kubectl-annotate');
    await until(manifest, 'Paused', (tenant) => ready(tenant)?.reason === 'Paused');
    const before = writesFor(manifest).filter((write) => write === 'config').length;

    await mergePatch(send, manifest.metadata, { spec: { displayName: 'Changed' } });
    await pods.send('pod-a', tenantKey(manifest.metadata), { successes: 1, failures: { InvalidValue: 5 } });
    await until(manifest, 'that the operator has seen it', ({ status }) => status.observedGeneration === 2);
    await anotherRun(manifest);
    expect(writesFor(manifest).filter((write) => write !== 'status' && write !== 'event').length).toBe(before);
    expect((await live(manifest)).status).toMatchObject({ programmed: { generation: 1 }, breaker: { state: 'Closed' } });
    expect(mailsFor(manifest)).toBe(0);

    await mergePatch(send, manifest.metadata, { metadata: { annotations: { [PAUSED]: null } } }, 'kubectl-annotate');
    await until(manifest, 'the trip for what failed meanwhile', ({ spec, status }) => !spec.enabled && status.breaker.state === 'Open');
    await waitUntil(() => mailsFor(manifest) === 1, { what: 'its mail' });

    await mergePatch(send, manifest.metadata, { metadata: { annotations: { [PAUSED]: 'true' } } }, 'kubectl-annotate');
    await until(manifest, 'Paused', (tenant) => ready(tenant)?.reason === 'Paused');
    await server.send({ method: 'DELETE', path: tenantPath(manifest.metadata) });
    const secret = `/api/v1/namespaces/scim-config/secrets/${manifest.metadata.namespace}.acme`;
    await waitUntil(async () => (await server.send({ method: 'GET', path: secret })).status === 404, { what: 'the end of its config' });
  }, 60_000);
});
