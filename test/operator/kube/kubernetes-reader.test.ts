import { expect, test } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import { SecretUnreadableError } from '#operator/controller/secret-unreadable-error.ts';
import { KubernetesReader } from '#operator/kube/kubernetes-reader.ts';
import { aLog } from '#test/support/a-log.ts';

test.each([
  { status: 403, why: 'a right that is missing is for a person to mend', unreadable: true },
  { status: 500, why: 'a fault of the server passes by itself', unreadable: false },
])('a Secret that is answered with $status: $why', async ({ status, unreadable }) => {
  const server = createServer((_, response) => response.writeHead(status).end(JSON.stringify({ kind: 'Status' }))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'c', server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, skipTLSVerify: true },
    { name: 'u' },
  );
  const client = new KubernetesClient(config);
  const reader = new KubernetesReader({ client, scope: { configNamespace: 'configs', watchNamespaces: null }, logger: aLog().logger });
  const error: unknown = await reader.tokenSecret('team-hr', 'acme-scim-token').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error instanceof SecretUnreadableError).toBe(unreadable);
  client.close();
  server.close();
});
