import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '#test/support/wait-until.ts';
import { condition, startCluster } from '../cluster.ts';

const AWAY_MS = 60_000;
const TENANT = 'team-hr/acme';
const NEW_TOKEN = 'token-after-the-outage-0123456789abcdef';

const MANIFEST = {
  apiVersion: 'scim-operator.dev/v1alpha1',
  kind: 'ScimTenant',
  metadata: { name: 'acme', namespace: 'team-hr' },
  spec: {
    tokenSecretRef: { name: 'acme-scim-token' },
    preset: 'Minimal',
    rateLimit: { requestsPerSecond: 10_000, burst: 10_000 },
  },
};

export interface EtcdOutage {
  /** How many people were created and read while etcd was away. */
  readonly served: number;
  /** Answers of that time that were no success. */
  readonly refused: readonly unknown[];
  /** How often the operator became leader, the start included. */
  readonly terms: number;
  /** What the operator asked the API server for. */
  readonly requests: number;
  /** Warnings and errors in the logs of operator and pod. */
  readonly complaints: number;
}

/**
 * etcd is killed for a minute and started again on its data, while a directory goes on sending people.
 * @throws Error when a change of before or after is not in force in the end, or a process has ended
 */
export async function etcdIsAway(): Promise<EtcdOutage> {
  await using cluster = await startCluster();
  const operator = await cluster.startOperator('operator-0');
  const pod = await cluster.startService('scim-0');
  await cluster.apply(MANIFEST);
  const isReady = async (): Promise<boolean> => {
    const { metadata, status, ...tenant } = await cluster.tenant(TENANT);
    if (status?.observedGeneration !== metadata.generation || status.programmed.generation !== metadata.generation) return false;
    return condition({ ...tenant, status }, 'Ready')?.status === 'True' && status.programmed.acknowledged === 1;
  };
  await waitUntil(isReady, { what: 'Ready', timeoutMs: 60_000 });

  await cluster.patchTenant(TENANT, { spec: { displayName: 'at the last moment' } });
  await cluster.api.stopEtcd();
  const [asked, lines] = [await requestsOf(operator.adminPort), [operator.lines.length, pod.program.lines.length] as const];
  const client = pod.clientOf(TENANT);
  const refused: unknown[] = [];
  let served = 0;
  for (const until = performance.now() + AWAY_MS; performance.now() < until; await sleep(400)) {
    const made = await client.send({ method: 'POST', path: '/Users', body: { userName: `person-${served}@example.com` } });
    const found = await client.send({ method: 'GET', path: `/Users/${made.body.id}` });
    const readiness = await fetch(`http://127.0.0.1:${pod.adminPort}/readyz`);
    if (made.status === 201 && found.status === 200 && readiness.ok) served += 1;
    else refused.push(made, found, await readiness.text());
  }
  const seen = {
    served,
    refused,
    requests: (await requestsOf(operator.adminPort)) - asked,
    complaints: [...operator.lines.slice(lines[0]), ...pod.program.lines.slice(lines[1])].filter(isComplaint).length,
  };

  await cluster.api.startEtcd();
  await waitUntil(() => cluster.patchTenant(TENANT, { spec: { displayName: 'afterwards' } }).then(() => true), {
    what: 'the API server to take a change',
    timeoutMs: 60_000,
  });
  await cluster.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'acme-scim-token', namespace: 'team-hr' },
    stringData: { token: NEW_TOKEN },
  });
  const renewed = pod.clientOf(TENANT, NEW_TOKEN);
  await waitUntil(async () => (await renewed.send({ method: 'GET', path: '/Users?count=1' })).status === 200, {
    what: 'the new token in force',
    timeoutMs: 60_000,
  });
  await waitUntil(isReady, { what: 'Ready again', timeoutMs: 60_000 });
  for (const program of [operator, pod.program]) if (!program.running()) throw new Error('a process has ended');
  return { ...seen, terms: operator.lines.filter((line) => line.includes('became leader')).length };
}

/** Requests to the API server, as the operator counts them. */
async function requestsOf(adminPort: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  const counts = text.split('\n').filter((line) => line.startsWith('rest_client_requests_total{'));
  return counts.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

function isComplaint(line: string): boolean {
  return /"level":"(warn|error|fatal)"/.test(line);
}
