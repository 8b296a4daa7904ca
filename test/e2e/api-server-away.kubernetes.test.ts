import { expect, test } from '@jest/globals';
import { startApiServer } from '../support/api-server.ts';
import { freePort } from '../support/free-port.ts';
import { startProgram } from '../support/program.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { waitUntil } from '../support/wait-until.ts';
import { metric } from './cluster.ts';

test('the operator starts while the API server is away, and leads once it is there', async () => {
  await using api = await startApiServer();
  await using wire = await startTcpProxy({ host: '127.0.0.1', port: api.port });
  await wire.cut();
  const adminPort = await freePort();
  const env = {
    KUBECONFIG: await api.kubeconfigFor('admin', wire.port),
    EXTERNAL_URL: 'https://scim.example.com',
    ADMIN_HOST: '127.0.0.1',
    ADMIN_PORT: `${adminPort}`,
    POD_NAMESPACE: 'default',
  };
  await using operator = startProgram('operator/main.ts', env);
  await operator.waitForLine(/lease could not be asked for/);
  expect((await fetch(`http://127.0.0.1:${adminPort}/healthz`)).status).toBe(200);
  await wire.heal();
  await waitUntil(async () => (await metric(adminPort, 'leader_election_master_status{name="scimtenant"}')) === 1, {
    what: 'the operator to lead',
    timeoutMs: 20_000,
  });
  expect(await operator.stop('SIGTERM')).toBe(0);
}, 120_000);
