import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import { loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import { derivedSecretNameOf } from '#common/kubernetes/derived-secret.ts';
import { isConflict, KubernetesApiError } from '#common/kubernetes/kubernetes-api-error.ts';
import { resourcePath, SECRETS } from '#common/kubernetes/kubernetes-object.ts';
import { createLogger } from '#common/logger.ts';
import { tenantKeyOf } from '#common/tenant-config.ts';
import { parseTenantKey, tenantKey, type TenantKey } from '#common/tenant-key.ts';
import { NO_NOTIFICATIONS } from '#operator/api/notifications-status.ts';
import { BREAKER_FIELD_MANAGER, OPERATOR_FIELD_MANAGER } from '#operator/api/scim-tenant.ts';
import { CLOSED_BREAKER, NEVER_SYNCED, NO_TOKEN } from '#operator/api/scim-tenant-status.ts';
import { KubernetesCluster } from '#operator/kube/kubernetes-cluster.ts';
import { SCIM_TENANTS } from '#operator/kube/parse-scim-tenant.ts';
import { describeCluster, type ClusterUnderTest, type TenantManifest } from '#test/contracts/cluster-contract.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { startApiServer, type ApiServer } from '#test/support/api-server.ts';
import { installKind } from '#test/support/install-kind.ts';
import { waitUntil } from '#test/support/wait-until.ts';

const logger = createLogger({ program: 'test', level: 'silent' });
let server: ApiServer;
let person: KubernetesClient;

beforeAll(async () => {
  server = await startApiServer();
  person = new KubernetesClient(loadKubeConfig(server.kubeconfig));
  await installKind(server);
}, 120_000);

afterAll(async () => {
  person.close();
  await server[Symbol.asyncDispose]();
});

async function open(): Promise<ClusterUnderTest> {
  const client = new KubernetesClient(loadKubeConfig(server.kubeconfig));
  const configNamespace = await ensureNamespace(`config-${randomUUID().slice(0, 8)}`);
  const cluster = new KubernetesCluster({ client, configNamespace, watchNamespaces: null, identity: 'operator-0', logger });
  return {
    cluster,
    async putTenant(manifest) {
      await ensureNamespace(manifest.metadata.namespace);
      await applyTenant(manifest, 'kubectl');
    },
    async deleteTenant(key) {
      await person.request({ method: 'DELETE', path: resourcePath(SCIM_TENANTS, parseTenantKey(key)) });
    },
    async putSecret(namespace, name, data) {
      await ensureNamespace(namespace);
      await apply(resourcePath(SECRETS, { namespace, name }), 'kubectl', {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { namespace, name },
        stringData: data,
      });
    },
    async deleteSecret(namespace, name) {
      await person.request({ method: 'DELETE', path: resourcePath(SECRETS, { namespace, name }) });
    },
    async close() {
      client.close();
    },
  };
}

describeCluster('KubernetesCluster', open);

describe('KubernetesCluster and the Kubernetes API', () => {
  const opened: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });

  async function start(options: { readonly watchNamespaces?: readonly string[]; readonly tokenSecrets?: readonly string[] } = {}) {
    const client = new KubernetesClient(loadKubeConfig(server.kubeconfig));
    const configNamespace = await ensureNamespace(`config-${randomUUID().slice(0, 8)}`);
    const heard = new Set<string>();
    const cluster = new KubernetesCluster({
      client,
      configNamespace,
      watchNamespaces: options.watchNamespaces ?? null,
      tokenSecrets: options.tokenSecrets ?? null,
      identity: 'operator-0',
      logger,
      onHeard: (kind) => void heard.add(kind),
    });
    const reported: TenantKey[] = [];
    const stop = new AbortController();
    const running = cluster.run((key) => reported.push(key), stop.signal);
    await cluster.synced();
    opened.push({
      async close() {
        stop.abort();
        await running;
        client.close();
      },
    });
    return { cluster, configNamespace, reported, heard };
  }

  test('the mirror belongs to the breaker alone, and a person who edits the field takes it over', async () => {
    const { cluster } = await start();
    const manifest = await newTenant({ enabled: true });
    const key = tenantKey(manifest.metadata);
    expect((await cluster.tenant(key))?.enabledOwners).toEqual(['kubectl']);

    await cluster.mirrorDisabled(manifest.metadata, true);
    expect(await cluster.tenant(key)).toMatchObject({ spec: { enabled: false }, enabledOwners: [BREAKER_FIELD_MANAGER] });

    await person.request({
      method: 'PATCH',
      path: resourcePath(SCIM_TENANTS, manifest.metadata),
      query: { fieldManager: 'kubectl-edit' },
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { spec: { enabled: true } },
    });
    expect(await cluster.tenant(key)).toMatchObject({ spec: { enabled: true }, enabledOwners: ['kubectl-edit'] });
  });

  test('a GitOps tool that puts the field back without force is told of the conflict; with force it owns the field', async () => {
    const { cluster } = await start();
    const manifest = await newTenant({ enabled: true });
    await cluster.mirrorDisabled(manifest.metadata, true);
    const conflict = await applyTenant(manifest, 'argocd-controller', false).catch((error: unknown) => error);
    expect(conflict).toBeInstanceOf(KubernetesApiError);
    expect(isConflict(conflict)).toBe(true);
    await applyTenant(manifest, 'argocd-controller');
    expect(await cluster.tenant(tenantKey(manifest.metadata))).toMatchObject({
      spec: { enabled: true },
      enabledOwners: ['argocd-controller'],
    });
  });

  test('a tenant that a person had switched off stays off when the mirror is released', async () => {
    const { cluster } = await start();
    const manifest = await newTenant({ enabled: false });
    await cluster.mirrorDisabled(manifest.metadata, true);
    expect((await cluster.tenant(tenantKey(manifest.metadata)))?.enabledOwners.toSorted()).toEqual(['kubectl', BREAKER_FIELD_MANAGER]);
    await cluster.mirrorDisabled(manifest.metadata, false);
    expect(await cluster.tenant(tenantKey(manifest.metadata))).toMatchObject({ spec: { enabled: false }, enabledOwners: ['kubectl'] });
  });

  test('the mirror changes nothing but spec.enabled', async () => {
    const { cluster } = await start();
    const manifest = await newTenant({ enabled: true, notificationEmails: ['hr-it@acme.example'] });
    const before = await read(manifest);
    await cluster.mirrorDisabled(manifest.metadata, true);
    const after = await read(manifest);
    expect(after.spec).toEqual({ ...before.spec, enabled: false });
    await cluster.mirrorDisabled(manifest.metadata, false);
    expect((await read(manifest)).spec).toEqual(before.spec);
  });

  test('the derived Secret carries the config and the operator’s label, and another’s edit of it is overwritten', async () => {
    const { cluster, configNamespace, reported } = await start();
    const config = aTenantConfig({ namespace: 'team-hr', name: 'acme' });
    await cluster.applyDerivedConfig(config);
    const path = resourcePath(SECRETS, { namespace: configNamespace, name: 'team-hr.acme' });
    const secret = (await person.request({ method: 'GET', path })) as SeenSecret;
    expect(secret.metadata.labels['app.kubernetes.io/managed-by']).toBe('scim-operator');
    expect(Object.keys(secret.data)).toEqual(['config.json']);

    // The echo of our own write is reported at most once, namely when it overtakes the write's answer; tampering always is.
    expect(reported.filter((key) => key === 'team-hr/acme').length).toBeLessThanOrEqual(1);
    const reportsBefore = reported.length;
    await person.request({
      method: 'PATCH',
      path,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { stringData: { 'config.json': '{"version":1}' } },
    });
    await waitUntil(() => reported.slice(reportsBefore).includes('team-hr/acme'), { what: 'the report of the edit' });
    expect(await cluster.derivedConfig('team-hr/acme')).toBeNull();
    await cluster.applyDerivedConfig(config);
    expect(await cluster.derivedConfig('team-hr/acme')).toEqual(config);

    reported.length = 0;
    await person.request({ method: 'DELETE', path });
    await waitUntil(() => reported.includes('team-hr/acme'), { what: 'the report of the deletion' });
  });

  test('a Secret that holds another tenant’s config counts as unreadable', async () => {
    const { cluster, configNamespace } = await start();
    const config = aTenantConfig({ namespace: 'team-hr', name: 'acme' });
    await person.request({
      method: 'POST',
      path: resourcePath(SECRETS, { namespace: configNamespace }),
      body: {
        metadata: { name: 'team-hr.victim', labels: { 'app.kubernetes.io/managed-by': 'scim-operator' } },
        stringData: { 'config.json': JSON.stringify(config) },
      },
    });
    expect(await cluster.derivedConfig('team-hr/victim')).toBeNull();
    expect(await cluster.derivedConfigKeys()).toEqual(['team-hr/victim']);
  });

  test('a Secret of the config namespace without the label is left alone', async () => {
    const { cluster, configNamespace } = await start();
    const body = { metadata: { name: 'team-hr.other' } };
    await person.request({ method: 'POST', path: resourcePath(SECRETS, { namespace: configNamespace }), body });
    expect(await cluster.derivedConfigKeys()).toEqual([]);
  });

  test('the generated token’s Secret is owned by its tenant and says that it was generated', async () => {
    const { cluster } = await start();
    const manifest = await newTenant({});
    const tenant = (await cluster.tenant(tenantKey(manifest.metadata)))!;
    await cluster.createTokenSecret(tenant, { name: 'made', key: 'token', token: 'secret' });
    const path = resourcePath(SECRETS, { namespace: tenant.namespace, name: 'made' });
    const secret = (await person.request({ method: 'GET', path })) as SeenSecret;
    expect(secret.metadata.ownerReferences).toEqual([
      { apiVersion: 'scim-operator.dev/v1alpha1', kind: 'ScimTenant', name: 'acme', uid: tenant.uid },
    ]);
    expect(secret.metadata.labels['scim-operator.dev/generated']).toBe('true');
    expect(Buffer.from(secret.data['token'] ?? '', 'base64').toString()).toBe('secret');
  });

  test('a new token leaves everything else of its Secret as it is', async () => {
    const { cluster } = await start();
    const manifest = await newTenant({});
    const tenant = (await cluster.tenant(tenantKey(manifest.metadata)))!;
    await cluster.createTokenSecret(tenant, { name: 'made', key: 'token', token: 'one' });
    const path = resourcePath(SECRETS, { namespace: tenant.namespace, name: 'made' });
    const note = { metadata: { annotations: { 'team.example/note': 'ours' } }, data: { other: 'c3RheXM=' } };
    await person.request({ method: 'PATCH', path, headers: { 'content-type': 'application/merge-patch+json' }, body: note });
    const { version } = (await cluster.tokenSecret(tenant.namespace, 'made'))!;
    const before = (await person.request({ method: 'GET', path })) as SeenSecret;

    const asked = { ...tenant, annotations: { 'scim-operator.dev/rotate-at': 'now' } };
    await cluster.rotateTokenSecret(asked, { name: 'made', key: 'token', token: 'two', version });
    const after = (await person.request({ method: 'GET', path })) as SeenSecret & { metadata: { annotations: unknown } };
    expect(after.data).toEqual({ other: 'c3RheXM=', token: Buffer.from('two').toString('base64') });
    expect(after.metadata.annotations).toEqual({ 'team.example/note': 'ours', 'scim-operator.dev/rotate-at': 'now' });
    expect(after.metadata.labels).toEqual(before.metadata.labels);
    expect(after.metadata.ownerReferences).toEqual(before.metadata.ownerReferences);
  });

  test('of two that write to one version of a Secret one does, and the other changes nothing', async () => {
    const { cluster } = await start();
    const manifest = await newTenant({});
    const tenant = (await cluster.tenant(tenantKey(manifest.metadata)))!;
    await cluster.createTokenSecret(tenant, { name: 'made', key: 'token', token: 'one' });
    const { version } = (await cluster.tokenSecret(tenant.namespace, 'made'))!;
    const tokens = Array.from({ length: 8 }, (_, index) => `token-${index}`);
    await Promise.all(tokens.map((token) => cluster.rotateTokenSecret(tenant, { name: 'made', key: 'token', token, version })));
    const found = (await cluster.tokenSecret(tenant.namespace, 'made'))!;
    expect(tokens).toContain(found.data['token']);
    await cluster.rotateTokenSecret(tenant, { name: 'made', key: 'token', token: 'late', version });
    expect(await cluster.tokenSecret(tenant.namespace, 'made')).toEqual(found);
  });

  test('an immutable Secret is seen as such, and the API server refuses what is written to it all the same', async () => {
    const { cluster } = await start();
    const manifest = await newTenant({});
    const tenant = (await cluster.tenant(tenantKey(manifest.metadata)))!;
    await cluster.createTokenSecret(tenant, { name: 'made', key: 'token', token: 'one' });
    const path = resourcePath(SECRETS, { namespace: tenant.namespace, name: 'made' });
    await person.request({ method: 'PATCH', path, headers: { 'content-type': 'application/merge-patch+json' }, body: { immutable: true } });
    const found = (await cluster.tokenSecret(tenant.namespace, 'made'))!;
    expect(found).toMatchObject({ immutable: true, generated: true, madeFor: 'acme' });
    const rotation = cluster.rotateTokenSecret(tenant, { name: 'made', key: 'token', token: 'a-token-to-hide', version: found.version });
    await expect(rotation).rejects.toThrow(/immutable/);
    await expect(rotation).rejects.not.toThrow(/a-token-to-hide|YS10b2tlbi10by1oaWRl/);
    expect(await cluster.tokenSecret(tenant.namespace, 'made')).toEqual(found);
  });

  test('an event is found by what it regards, with its note cut to what the API takes', async () => {
    const { cluster } = await start();
    const manifest = await newTenant({});
    const tenant = (await cluster.tenant(tenantKey(manifest.metadata)))!;
    await cluster.recordEvent(tenant, { type: 'Warning', reason: 'BreakerOpened', message: 'ü'.repeat(2_000) });
    // kubectl describe asks the core group with this selector.
    const found = (await person.request({
      method: 'GET',
      path: `/api/v1/namespaces/${tenant.namespace}/events`,
      query: { fieldSelector: `involvedObject.kind=ScimTenant,involvedObject.name=acme,involvedObject.uid=${tenant.uid}` },
    })) as { items: { type: string; reason: string; message: string; reportingComponent: string }[] };
    expect(found.items).toHaveLength(1);
    expect(found.items[0]).toMatchObject({
      type: 'Warning',
      reason: 'BreakerOpened',
      reportingComponent: 'scim-operator.dev/scim-operator',
    });
    expect(found.items[0]?.message).toMatch(/^ü{510}…$/);
  });

  test('the finalizer is our own field, and is taken off whoever else owns it, beside those of others', async () => {
    const { cluster } = await start();
    const manifest = await newTenant({});
    const key = tenantKey(manifest.metadata);
    const tenant = (await cluster.tenant(key))!;
    await cluster.holdTenant(tenant);
    const finalizers = ['example.com/other', 'scim-operator.dev/people'];
    await applyTenant({ ...manifest, metadata: { ...manifest.metadata, finalizers } } as TenantManifest, 'backup-tool');
    expect((await read(manifest)).metadata.finalizers?.toSorted()).toEqual(finalizers);
    // As a person's apply does, which knows nothing of finalizers.
    await applyTenant({ ...manifest, spec: { ...manifest.spec, displayName: 'Changed' } }, 'kubectl');
    expect((await cluster.tenant(key))!.held).toBe(true);

    await cluster.releaseTenant(tenant);
    expect((await read(manifest)).metadata.finalizers).toEqual(['example.com/other']);
    await cluster.holdTenant(tenant);
    const { metadata } = await read(manifest);
    expect(metadata.managedFields.map(({ manager }) => manager)).toContain('scim-operator-finalizer');
    expect(metadata.finalizers?.toSorted()).toEqual(finalizers);
  });

  test('a namespace that is being deleted is known as such, and what is told of it is told in default', async () => {
    const { cluster } = await start();
    const manifest = await newTenant({});
    const { namespace } = manifest.metadata;
    const tenant = (await cluster.tenant(tenantKey(manifest.metadata)))!;
    await cluster.holdTenant(tenant);
    expect(await cluster.isNamespaceTerminating(namespace)).toBe(false);
    await person.request({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` });
    expect(await cluster.isNamespaceTerminating(namespace)).toBe(true);

    const event = { type: 'Warning', reason: 'DeletionGivenUp', message: 'people are left' } as const;
    await expect(cluster.recordEvent(tenant, event)).rejects.toThrow('being terminated');
    await cluster.recordNamespaceEvent(namespace, event);
    const found = (await person.request({ method: 'GET', path: '/api/v1/namespaces/default/events' })) as {
      items: { involvedObject: object; reason: string; message: string; type: string }[];
    };
    expect(found.items.find(({ involvedObject }) => 'name' in involvedObject && involvedObject.name === namespace)).toMatchObject({
      ...event,
      involvedObject: { kind: 'Namespace', name: namespace },
    });
  });

  test('our own status write is not reported, and the status is ours alone', async () => {
    const { cluster, reported, heard } = await start();
    const manifest = await newTenant({});
    const key = tenantKey(manifest.metadata);
    await waitUntil(() => reported.includes(key), { what: 'the tenant' });
    reported.length = 0;
    for (let generation = 1; generation <= 5; generation++) await cluster.writeStatus((await cluster.tenant(key))!, aStatus(generation));
    await applyTenant({ ...manifest, spec: { ...manifest.spec, displayName: 'Changed' } }, 'kubectl');
    await waitUntil(() => reported.includes(key), { what: 'the change after the status writes' });
    // An echo may overtake the answer of its write; five of five would mean that none is recognised.
    expect(reported.length).toBeLessThan(6);
    const { metadata } = await read(manifest);
    const managers = metadata.managedFields.filter(({ subresource }) => subresource === 'status').map(({ manager }) => manager);
    expect(managers).toEqual([OPERATOR_FIELD_MANAGER]);
    expect([...heard].toSorted()).toEqual(['DerivedSecret', 'ScimTenant', 'Secret']);
  });

  test('only the watched namespaces are seen', async () => {
    const [seen, unseen] = [await newTenant({}), await newTenant({})];
    const { cluster, reported } = await start({ watchNamespaces: [seen.metadata.namespace] });
    expect(reported).toEqual([tenantKey(seen.metadata)]);
    expect(await cluster.tenantKeys()).toEqual([tenantKey(seen.metadata)]);
    await applyTenant({ ...unseen, spec: { ...unseen.spec, displayName: 'Changed' } }, 'kubectl');
    await applyTenant({ ...seen, spec: { ...seen.spec, displayName: 'Changed' } }, 'kubectl');
    await waitUntil(() => reported.length === 2, { what: 'the change' });
    expect(reported).toEqual([tenantKey(seen.metadata), tenantKey(seen.metadata)]);
  });

  test('a derived Secret of a namespace that another operator looks after is none of ours', async () => {
    const [seen, unseen] = [await newTenant({}), await newTenant({})];
    const { cluster, configNamespace, reported } = await start({ watchNamespaces: [seen.metadata.namespace] });
    reported.length = 0;
    for (const { metadata } of [unseen, seen]) {
      await cluster.applyDerivedConfig(aTenantConfig({ namespace: metadata.namespace, name: metadata.name }));
      const path = resourcePath(SECRETS, { namespace: configNamespace, name: derivedSecretNameOf(tenantKey(metadata)) });
      await person.request({ method: 'DELETE', path });
    }
    await waitUntil(() => reported.includes(tenantKey(seen.metadata)), { what: 'the deletion of ours' });
    expect(new Set(reported)).toEqual(new Set([tenantKey(seen.metadata)]));
  });

  test('a derived Secret that lost our label is reported, counts as gone, and has it again once it is written', async () => {
    const { cluster, configNamespace, reported } = await start();
    const config = aTenantConfig();
    await cluster.applyDerivedConfig(config);
    await waitUntil(async () => (await cluster.derivedConfigKeys()).length === 1, { what: 'the derived Secret' });
    reported.length = 0;
    const body = { metadata: { labels: { 'app.kubernetes.io/managed-by': null } } };
    const path = resourcePath(SECRETS, { namespace: configNamespace, name: derivedSecretNameOf(tenantKeyOf(config)) });
    await person.request({ method: 'PATCH', path, headers: { 'content-type': 'application/merge-patch+json' }, body });
    await waitUntil(() => reported.includes(tenantKeyOf(config)), { what: 'the report' });
    expect(await cluster.derivedConfig(tenantKeyOf(config))).toBeNull();
    await cluster.applyDerivedConfig(config);
    expect(await cluster.derivedConfig(tenantKeyOf(config))).toEqual(config);
    expect(await cluster.derivedConfigKeys()).toEqual([tenantKeyOf(config)]);
  });

  test('a tenant that refers to another Secret than before is reported for that one only', async () => {
    const manifest = await newTenant({});
    const key = tenantKey(manifest.metadata);
    const { namespace } = manifest.metadata;
    const { reported } = await start({ watchNamespaces: [namespace] });
    await applyTenant({ ...manifest, spec: { ...manifest.spec, tokenSecretRef: { name: 'second' } } }, 'kubectl');
    await waitUntil(() => reported.length >= 2, { what: 'the tenant and its change' });
    reported.length = 0;
    const secret = (name: string) =>
      person.request({ method: 'POST', path: resourcePath(SECRETS, { namespace }), body: { metadata: { name } } });
    await secret('scim-token');
    await secret('second');
    await waitUntil(() => reported.includes(key), { what: 'the report of the second Secret' });
    expect(reported).toEqual([key]);
  });

  test('with names of Secrets, a tenant is reported for the change of one of them, and of no other', async () => {
    const manifest = await newTenant({});
    const { namespace } = manifest.metadata;
    const { reported } = await start({ watchNamespaces: [namespace], tokenSecrets: ['first', 'second'] });
    await applyTenant({ ...manifest, spec: { ...manifest.spec, tokenSecretRef: { name: 'unnamed' } } }, 'kubectl');
    const other = { ...manifest, metadata: { name: 'other', namespace } };
    await applyTenant({ ...other, spec: { ...manifest.spec, tokenSecretRef: { name: 'second' } } }, 'kubectl');
    await waitUntil(() => reported.includes(tenantKey(other.metadata)), { what: 'both tenants' });
    reported.length = 0;
    for (const name of ['unnamed', 'second'])
      await person.request({ method: 'POST', path: resourcePath(SECRETS, { namespace }), body: { metadata: { name } } });
    await waitUntil(() => reported.length > 0, { what: 'the report of the second Secret' });
    expect(reported).toEqual([tenantKey(other.metadata)]);
  });

  test('a status reaches a tenant that is edited at the same moment, and the edit stays', async () => {
    const { cluster } = await start();
    const manifest = await newTenant({});
    const edit = (displayName: string) => applyTenant({ ...manifest, spec: { ...manifest.spec, displayName } }, 'kubectl');
    for (let generation = 1; generation <= 10; generation++) {
      const tenant = (await cluster.tenant(tenantKey(manifest.metadata)))!;
      await Promise.all([cluster.writeStatus(tenant, aStatus(generation)), edit(`edit ${generation}`)]);
      expect(await cluster.tenant(tenantKey(manifest.metadata))).toMatchObject({
        spec: { displayName: `edit ${generation}` },
        status: { observedGeneration: generation },
      });
    }
  });

  test('a status reaches a tenant that the run itself has held and switched off meanwhile', async () => {
    const { cluster } = await start();
    const manifest = await newTenant({ enabled: true });
    const key = tenantKey(manifest.metadata);
    await cluster.writeStatus((await cluster.tenant(key))!, aStatus(1));
    const tenant = (await cluster.tenant(key))!;
    await cluster.holdTenant(tenant);
    await cluster.mirrorDisabled(manifest.metadata, true);
    await cluster.writeStatus(tenant, aStatus(2));
    expect((await cluster.tenant(key))?.status).toMatchObject({ observedGeneration: 2 });
    await cluster.releaseTenant(tenant);
  });

  test('a status that a backup has put back since the run read another is not overwritten', async () => {
    const { cluster } = await start();
    const manifest = await newTenant({});
    const key = tenantKey(manifest.metadata);
    await cluster.writeStatus((await cluster.tenant(key))!, aStatus(1));
    const tenant = (await cluster.tenant(key))!;
    await person.request({
      method: 'PATCH',
      path: resourcePath(SCIM_TENANTS, { ...manifest.metadata, subresource: 'status' }),
      query: { fieldManager: 'velero' },
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { status: { breaker: { state: 'Open', trips: 7 } } },
    });
    await expect(cluster.writeStatus(tenant, aStatus(2))).rejects.toThrow('written by somebody else meanwhile');
    expect((await cluster.tenant(key))?.status).toMatchObject({ observedGeneration: 1, breaker: { state: 'Open', trips: 7 } });
  });

  test('the API refuses a status for a resource version that is not the newest, on which writeStatus relies', async () => {
    const manifest = await newTenant({});
    const { metadata } = await read(manifest);
    await applyTenant({ ...manifest, spec: { ...manifest.spec, displayName: 'Changed' } }, 'kubectl');
    const late = await apply(resourcePath(SCIM_TENANTS, { ...manifest.metadata, subresource: 'status' }), OPERATOR_FIELD_MANAGER, {
      apiVersion: manifest.apiVersion,
      kind: manifest.kind,
      metadata: { name: 'acme', namespace: manifest.metadata.namespace, resourceVersion: metadata.resourceVersion },
      status: { observedGeneration: 1 },
    }).catch((error: unknown) => error);
    expect(isConflict(late)).toBe(true);
  });

  test('a status for a tenant that has gone is dropped and makes nothing', async () => {
    const { cluster } = await start();
    const manifest = await newTenant({});
    const tenant = (await cluster.tenant(tenantKey(manifest.metadata)))!;
    await person.request({ method: 'DELETE', path: resourcePath(SCIM_TENANTS, manifest.metadata) });
    await cluster.writeStatus(tenant, aStatus(1));
    await expect(read(manifest)).rejects.toThrow('not found');
  });
});

interface SeenSecret {
  readonly metadata: { readonly labels: Record<string, string>; readonly ownerReferences?: unknown };
  readonly data: Record<string, string>;
}

interface SeenTenant {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly finalizers?: readonly string[];
    readonly managedFields: readonly { readonly manager: string; readonly subresource?: string }[];
  };
  readonly spec: Record<string, unknown>;
}

async function read({ metadata }: TenantManifest): Promise<SeenTenant> {
  return (await person.request({ method: 'GET', path: resourcePath(SCIM_TENANTS, metadata) })) as SeenTenant;
}

async function newTenant(spec: Record<string, unknown>): Promise<TenantManifest> {
  const manifest: TenantManifest = {
    apiVersion: 'scim-operator.dev/v1alpha1',
    kind: 'ScimTenant',
    metadata: { name: 'acme', namespace: await ensureNamespace(`team-${randomUUID().slice(0, 8)}`) },
    spec: { tokenSecretRef: { name: 'scim-token' }, attributeMapping: [{ source: 'userName', target: 'login', required: true }], ...spec },
  };
  await applyTenant(manifest, 'kubectl');
  return manifest;
}

function aStatus(generation: number) {
  return {
    observedGeneration: generation,
    endpoint: 'https://scim.example.com/team-hr/acme/scim/v2',
    conditions: [],
    programmed: { generation, pods: 1, acknowledged: 1 },
    sync: NEVER_SYNCED,
    breaker: CLOSED_BREAKER,
    token: NO_TOKEN,
    notifications: NO_NOTIFICATIONS,
    deletion: null,
  } as const;
}

function applyTenant(manifest: TenantManifest, fieldManager: string, force = true): Promise<unknown> {
  return apply(resourcePath(SCIM_TENANTS, manifest.metadata), fieldManager, manifest, force);
}

function apply(path: string, fieldManager: string, body: unknown, force = true): Promise<unknown> {
  return person.request({
    method: 'PATCH',
    path,
    query: { fieldManager, force },
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body,
  });
}

async function ensureNamespace(name: string): Promise<string> {
  try {
    await person.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
  return name;
}
