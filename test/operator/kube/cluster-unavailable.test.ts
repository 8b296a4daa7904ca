import { afterEach, expect, test } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import { ClusterUnavailableError } from '#operator/controller/cluster-unavailable-error.ts';
import { SecretUnreadableError } from '#operator/controller/secret-unreadable-error.ts';
import { throwClusterError } from '#operator/kube/cluster-unavailable.ts';
import { KubernetesUnreachableError } from '#common/kubernetes/kubernetes-api-error.ts';
import { KubernetesCluster } from '#operator/kube/kubernetes-cluster.ts';
import { aLog } from '#test/support/a-log.ts';
import { aStatus, aTenant } from '#test/support/a-tenant.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function aCluster(answer: (response: ServerResponse) => void): Promise<KubernetesCluster> {
  const server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const config = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  config.loadFromClusterAndUser({ name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true }, { name: 'u' });
  const client = new KubernetesClient(config);
  ends.push(() => {
    client.close();
    server.close();
  });
  return new KubernetesCluster({
    client,
    configNamespace: 'configs',
    watchNamespaces: null,
    identity: 'operator-0',
    logger: aLog().logger,
  });
}

function answering(status: number, headers: Readonly<Record<string, string>> = {}, message = 'said so') {
  return (response: ServerResponse) => void response.writeHead(status, headers).end(JSON.stringify({ kind: 'Status', message }));
}

async function errorOf(doing: Promise<unknown>): Promise<unknown> {
  return doing.then(
    () => null,
    (error: unknown) => error,
  );
}

const KEY = 'team-hr/acme';

test.each([
  { name: 'credentials that are not taken', answer: answering(401), expected: { concernsAll: true, retryAfterMs: null } },
  { name: 'too many requests', answer: answering(429, { 'retry-after': '7' }), expected: { concernsAll: true, retryAfterMs: 7_000 } },
  { name: 'an internal error', answer: answering(500), expected: { concernsAll: false, retryAfterMs: null } },
  {
    name: 'a server that is not ready',
    answer: answering(503, { 'retry-after': '1' }),
    expected: { concernsAll: false, retryAfterMs: 1_000 },
  },
  {
    name: 'a server that cuts the line',
    answer: (response: ServerResponse) => void response.destroy(),
    expected: { concernsAll: true, retryAfterMs: null },
  },
])('$name: every read and every write says that the cluster is away', async ({ answer, expected }) => {
  const cluster = await aCluster(answer);
  const tenant = aTenant();
  const token = { name: 'acme-scim-token', key: 'token', token: 'secret' };
  const event = { type: 'Normal', reason: 'Resumed', message: 'goes on' } as const;
  const all: Readonly<Record<string, Promise<unknown>>> = {
    tenant: cluster.tenant(KEY),
    tenantKeys: cluster.tenantKeys(),
    tokenSecret: cluster.tokenSecret('team-hr', 'acme-scim-token'),
    derivedConfig: cluster.derivedConfig(KEY),
    derivedConfigKeys: cluster.derivedConfigKeys(),
    isNamespaceTerminating: cluster.isNamespaceTerminating('team-hr'),
    applyDerivedConfig: cluster.applyDerivedConfig(aTenantConfig()),
    deleteDerivedConfig: cluster.deleteDerivedConfig(KEY),
    createTokenSecret: cluster.createTokenSecret(tenant, token),
    rotateTokenSecret: cluster.rotateTokenSecret(tenant, { ...token, version: '1' }),
    mirrorDisabled: cluster.mirrorDisabled(tenant, true),
    holdTenant: cluster.holdTenant(tenant),
    releaseTenant: cluster.releaseTenant(tenant),
    writeStatus: cluster.writeStatus(tenant, aStatus()),
    recordEvent: cluster.recordEvent(tenant, event),
    recordNamespaceEvent: cluster.recordNamespaceEvent('team-hr', event),
  };
  const errors = await Promise.all(Object.entries(all).map(async ([name, doing]) => [name, await errorOf(doing)] as const));
  for (const [name, error] of errors) {
    expect([name, error]).toEqual([name, expect.any(ClusterUnavailableError)]);
    expect([name, error]).toEqual([name, expect.objectContaining(expected)]);
  }
});

test('a right that every operator has and that is gone is such a failure; one that a tenant’s Secret needs is not', async () => {
  // As RBAC words it on Kubernetes 1.37.
  const message =
    'scimtenants "acme" is forbidden: User "scim-operator" cannot get resource "scimtenants" in API group "scim-operator.dev"';
  const cluster = await aCluster(answering(403, {}, message));
  for (const doing of [cluster.tenant(KEY), cluster.derivedConfig(KEY), cluster.writeStatus(aTenant(), aStatus())]) {
    expect(await errorOf(doing)).toEqual(expect.objectContaining({ code: 'cluster_unavailable', concernsAll: false }));
  }
  expect(await errorOf(cluster.tokenSecret('team-hr', 'acme-scim-token'))).toBeInstanceOf(SecretUnreadableError);
  const created = await errorOf(cluster.createTokenSecret(aTenant(), { name: 'a', key: 'token', token: 'secret' }));
  expect(created).toEqual(expect.objectContaining({ code: 'kubernetes_api', status: 403 }));
});

test('a quota that is reached is the matter of that object', async () => {
  const cluster = await aCluster(answering(403, {}, 'secrets "team-hr.acme" is forbidden: exceeded quota: configs, limited: secrets=3'));
  const written = await errorOf(cluster.applyDerivedConfig(aTenantConfig()));
  expect(written).toEqual(expect.objectContaining({ code: 'kubernetes_api', status: 403 }));
});

test('what the server refuses for a reason stays what it is', async () => {
  const cluster = await aCluster(answering(422));
  expect(await errorOf(cluster.writeStatus(aTenant(), aStatus()))).toEqual(
    expect.objectContaining({ code: 'kubernetes_api', status: 422 }),
  );
});

test('an answer that does not come in time may have waited for one object’s webhook', () => {
  const late = new KubernetesUnreachableError('PATCH /x', new Error('no answer within 30000 ms'), true);
  expect(() => throwClusterError(late)).toThrow(expect.objectContaining({ code: 'cluster_unavailable', concernsAll: false }));
});
