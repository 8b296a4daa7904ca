import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import { createLogger } from '#common/logger.ts';
import { LeaseElector } from '#operator/kube/lease-elector.ts';
import { waitUntil } from '#test/support/wait-until.ts';

/** What a real API server does rarely; the rest is in lease-elector.kubernetes.test.ts. */
test.each([
  { name: 'is given it', retryAfter: '1', patienceMs: 5_000, least: 900 },
  { name: 'is asked after the longest wait all the same', retryAfter: '60', patienceMs: 20, least: 0 },
])('a server that asks who waits for the lease for patience $name', async ({ retryAfter, patienceMs, least }) => {
  const askedAt: number[] = [];
  const server = createServer((_, response) => {
    askedAt.push(performance.now());
    response.writeHead(429, { 'retry-after': retryAfter }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const config = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  config.loadFromClusterAndUser({ name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true }, { name: 'u' });
  const client = new KubernetesClient(config);
  const logger = createLogger({ program: 'test', level: 'silent' });
  const timings = { retryMs: 10, patienceMs };
  const elector = new LeaseElector({ client, namespace: 'ns', name: 'lease', identity: 'a', logger, timings });
  const stop = new AbortController();
  const ended = elector.run({ onElected: () => Promise.reject(new Error('nobody leads here')) }, stop.signal);
  try {
    await waitUntil(() => askedAt.length >= 2, { what: 'the second attempt' });
    expect(askedAt[1]! - askedAt[0]!).toBeGreaterThan(least);
  } finally {
    stop.abort();
    await ended;
    client.close();
    server.closeAllConnections();
    server.close();
  }
});
