import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import { loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import { resourcePath, SECRETS } from '#common/kubernetes/kubernetes-object.ts';
import { createLogger } from '#common/logger.ts';
import type { RefusedConfig } from '#common/pod-report.ts';
import { tenantConfigSchema, tenantKeyOf, type TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { createKubernetesConfigFeed } from '#scim-service/config-feed/kubernetes-config-feed.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { startApiServer, type ApiServer } from '#test/support/api-server.ts';
import { RELEASES, releasedConfigs } from '#test/support/released-configs.ts';
import { startTcpProxy } from '#test/support/tcp-proxy.ts';
import { waitUntil } from '#test/support/wait-until.ts';

const UNKNOWN = 'it requires "dreams", which this pod does not know';

let server: ApiServer;
let operator: KubernetesClient;

beforeAll(async () => {
  server = await startApiServer();
  operator = new KubernetesClient(loadKubeConfig(server.kubeconfig));
}, 120_000);

afterAll(async () => {
  operator.close();
  await server[Symbol.asyncDispose]();
});

describe('the config feed of the SCIM service', () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  async function start(namespace: string, port?: number) {
    const client = new KubernetesClient(loadKubeConfig(await server.kubeconfigFor('admin', port)));
    const told: string[] = [];
    const configs = new Map<TenantKey, TenantConfig>();
    const sink = {
      set(config: TenantConfig) {
        configs.set(tenantKeyOf(config), config);
        told.push(`set ${config.name} ${config.generation}`);
      },
      refuse(key: TenantKey, { reason }: RefusedConfig) {
        told.push(`refuse ${key}: ${reason}`);
      },
      delete(key: TenantKey) {
        configs.delete(key);
        told.push(`delete ${key}`);
      },
      synced: () => void told.push('synced'),
    };
    const stop = new AbortController();
    const logger = createLogger({ program: 'test', level: 'silent' });
    const running = createKubernetesConfigFeed({ client, namespace, logger }).run(sink, stop.signal);
    stops.push(async () => {
      stop.abort();
      await running;
      client.close();
    });
    return { told, configs };
  }

  test('gives every config, then says synced, then gives changes and deletions', async () => {
    const namespace = await newNamespace();
    const acme = aTenantConfig({ name: 'acme' });
    await write(namespace, 'team-hr.acme', JSON.stringify(acme));
    const { told, configs } = await start(namespace);
    await waitUntil(() => told.includes('synced'), { what: 'synced' });
    expect(told).toEqual(['set acme 1', 'synced']);
    expect(configs.get('team-hr/acme')).toEqual(acme);

    await write(namespace, 'team-hr.globex', JSON.stringify(aTenantConfig({ name: 'globex' })));
    await write(namespace, 'team-hr.acme', JSON.stringify({ ...acme, generation: 2 }));
    await operator.request({ method: 'DELETE', path: resourcePath(SECRETS, { namespace, name: 'team-hr.globex' }) });
    await waitUntil(() => told.length === 5, { what: 'three changes' });
    expect(told.slice(2)).toEqual(['set globex 1', 'set acme 2', 'delete team-hr/globex']);
  });

  test('an empty namespace is synced too', async () => {
    const { told } = await start(await newNamespace());
    await waitUntil(() => told.includes('synced'), { what: 'synced' });
    expect(told).toEqual(['synced']);
  });

  test('a config that can’t be read changes nothing: the last good one stays until the Secret is deleted', async () => {
    const namespace = await newNamespace();
    await write(namespace, 'team-hr.broken', '{"version":1');
    await write(namespace, 'team-hr.acme', JSON.stringify(aTenantConfig()));
    const { told, configs } = await start(namespace);
    await waitUntil(() => told.includes('synced'), { what: 'synced' });
    await write(namespace, 'team-hr.acme', JSON.stringify({ ...aTenantConfig(), tokenDigests: 'none' }));
    await write(namespace, 'team-hr.globex', JSON.stringify(aTenantConfig({ name: 'globex' })));
    await waitUntil(() => configs.has('team-hr/globex'), { what: 'the next config' });
    expect(told.slice(0, 3).sort()).toEqual(['refuse team-hr/broken: it is not JSON', 'set acme 1', 'synced']);
    expect(told.slice(3)).toEqual([
      "refuse team-hr/acme: it can't be read: tokenDigests: Invalid input: expected array, received string",
      'set globex 1',
    ]);

    await operator.request({ method: 'DELETE', path: resourcePath(SECRETS, { namespace, name: 'team-hr.acme' }) });
    await waitUntil(() => !configs.has('team-hr/acme'), { what: 'the deletion' });
  });

  test('a Secret can’t speak for another tenant than its name says, and one without the operator’s label is not looked at', async () => {
    const namespace = await newNamespace();
    await write(namespace, 'team-hr.other', JSON.stringify(aTenantConfig({ name: 'acme' })));
    await write(namespace, 'team-hr.acme', JSON.stringify(aTenantConfig({ name: 'acme' })), {});
    const { told } = await start(namespace);
    await waitUntil(() => told.includes('synced'), { what: 'synced' });
    expect(told).toEqual(['refuse team-hr/other: Secret team-hr.other holds the config of another tenant, team-hr/acme', 'synced']);
  });

  test('a config that requires what is not known is refused alone, each time that it changes, until one comes that is known', async () => {
    const namespace = await newNamespace();
    const dreaming = { ...aTenantConfig(), requires: ['dreams'], state: { kind: 'Dreaming' } };
    await write(namespace, 'team-hr.acme', JSON.stringify(dreaming));
    await write(namespace, 'team-hr.globex', JSON.stringify(aTenantConfig({ name: 'globex' })));
    const { told } = await start(namespace);
    await waitUntil(() => told.includes('synced'), { what: 'synced' });
    expect(told.toSorted()).toEqual([`refuse team-hr/acme: ${UNKNOWN}`, 'set globex 1', 'synced']);
    await write(namespace, 'team-hr.acme', JSON.stringify({ ...dreaming, generation: 2 }));
    await write(namespace, 'team-hr.acme', JSON.stringify(aTenantConfig({ generation: 3 })));
    await operator.request({ method: 'DELETE', path: resourcePath(SECRETS, { namespace, name: 'team-hr.acme' }) });
    await waitUntil(() => told.includes('delete team-hr/acme'), { what: 'the deletion' });
    expect(told.slice(3)).toEqual([`refuse team-hr/acme: ${UNKNOWN}`, 'set acme 3', 'delete team-hr/acme']);
  });

  test.each(RELEASES)('every config that an operator of %s rendered is given as it is', async (release) => {
    const namespace = await newNamespace();
    for (const [example, text] of releasedConfigs(release)) {
      await write(namespace, `team-hr.${example}`, JSON.stringify({ ...JSON.parse(text), name: example }));
    }
    const { told, configs } = await start(namespace);
    await waitUntil(() => told.includes('synced'), { what: 'synced' });
    expect(told.filter((line) => line.startsWith('refuse'))).toEqual([]);
    expect([...configs.keys()].toSorted()).toEqual([...releasedConfigs(release).keys()].map((name) => `team-hr/${name}`).toSorted());
  });

  test('a config that a newer operator extended is read, and its new fields are ignored', async () => {
    const namespace = await newNamespace();
    await write(namespace, 'team-hr.acme', JSON.stringify({ ...aTenantConfig(), colour: 'green' }));
    const { configs } = await start(namespace);
    await waitUntil(() => configs.has('team-hr/acme'), { what: 'the config' });
    expect(configs.get('team-hr/acme')).toEqual(tenantConfigSchema.parse(aTenantConfig()));
  });

  test('while the API server is away the configs stay; what changed meanwhile comes when it is back', async () => {
    const namespace = await newNamespace();
    await write(namespace, 'team-hr.acme', JSON.stringify(aTenantConfig()));
    await write(namespace, 'team-hr.globex', JSON.stringify(aTenantConfig({ name: 'globex' })));
    await using proxy = await startTcpProxy({ host: '127.0.0.1', port: server.port });
    const { told, configs } = await start(namespace, proxy.port);
    await waitUntil(() => told.includes('synced'), { what: 'synced' });
    await proxy.cut();
    await operator.request({ method: 'DELETE', path: resourcePath(SECRETS, { namespace, name: 'team-hr.globex' }) });
    await write(namespace, 'team-hr.acme', JSON.stringify(aTenantConfig({ generation: 7 })));
    expect([...configs.keys()].toSorted()).toEqual(['team-hr/acme', 'team-hr/globex']);
    await proxy.heal();
    await waitUntil(() => configs.get('team-hr/acme')?.generation === 7 && configs.size === 1, { what: 'the changes' });
  });

  test('a change is given within a second', async () => {
    const namespace = await newNamespace();
    const { told, configs } = await start(namespace);
    await waitUntil(() => told.includes('synced'), { what: 'synced' });
    const begun = performance.now();
    await write(namespace, 'team-hr.acme', JSON.stringify(aTenantConfig()));
    await waitUntil(() => configs.has('team-hr/acme'), { what: 'the config', intervalMs: 5 });
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});

async function newNamespace(): Promise<string> {
  const name = `config-${randomUUID().slice(0, 8)}`;
  await operator.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
  return name;
}

async function write(
  namespace: string,
  name: string,
  config: string,
  labels: Readonly<Record<string, string>> = { 'app.kubernetes.io/managed-by': 'scim-operator' },
): Promise<void> {
  await operator.request({
    method: 'PATCH',
    path: resourcePath(SECRETS, { namespace, name }),
    query: { fieldManager: 'scim-operator', force: true },
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: { apiVersion: 'v1', kind: 'Secret', metadata: { name, labels }, data: { 'config.json': Buffer.from(config).toString('base64') } },
  });
}
