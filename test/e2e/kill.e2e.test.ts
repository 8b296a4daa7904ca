import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Program } from '../support/program.ts';
import { waitUntil } from '../support/wait-until.ts';
import { condition, isMailed, metric, startCluster, type Cluster, type ServicePod } from './cluster.ts';

const TENANT = 'team-hr/acme';

const MANIFEST = {
  apiVersion: 'scim-operator.dev/v1alpha1',
  kind: 'ScimTenant',
  metadata: { name: 'acme', namespace: 'team-hr' },
  spec: {
    tokenSecretRef: { name: 'acme-scim-token' },
    notificationEmails: ['hr-it@acme.example'],
    attributeMapping: [
      { source: 'userName', target: 'login', required: true },
      { source: 'urn:ietf:params:scim:schemas:extension:acme:2.0:User:badge', target: 'badge', type: 'Integer' },
    ],
    failurePolicy: { minRequests: 10, maxFailures: 50, maxFailureRatio: 0.01 },
    rateLimit: { requestsPerSecond: 10_000, burst: 10_000 },
  },
};

describe('programs that are killed', () => {
  let cluster: Cluster;
  let service: ServicePod;
  let operators: (Program & { readonly adminPort: number })[];

  beforeAll(async () => {
    cluster = await startCluster();
    operators = [await cluster.startOperator('operator-0'), await cluster.startOperator('operator-1')];
    service = await cluster.startService('scim-0');
    await cluster.apply(MANIFEST);
    await waitUntil(async () => condition(await cluster.tenant(TENANT), 'Ready')?.status === 'True', { what: 'Ready', timeoutMs: 40_000 });
  }, 120_000);

  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
  }, 60_000);

  const leaders = async (): Promise<(Program & { readonly adminPort: number })[]> => {
    const found = [];
    for (const operator of operators.filter((candidate) => candidate.running())) {
      if ((await metric(operator.adminPort, 'leader_election_master_status{name="scimtenant"}')) === 1) found.push(operator);
    }
    return found;
  };

  test('kill -9 of the service during 1,000 concurrent creates loses no acknowledged person and makes none twice', async () => {
    const client = service.clientOf(TENANT);
    const acknowledged: string[] = [];
    let answered = 0;
    const creates = Array.from({ length: 1_000 }, async (_, index) => {
      try {
        const answer = await client.send({ method: 'POST', path: '/Users', body: { userName: `person-${index}@example.com` } });
        answered += 1;
        if (answer.status === 201) acknowledged.push(answer.body.id);
      } catch {
        // The connection went with the process: this client does not know whether the person is there.
      }
    });
    await waitUntil(() => answered >= 200, { what: '200 answers', timeoutMs: 60_000, intervalMs: 1 });
    await service.program.stop('SIGKILL');
    await Promise.all(creates);
    expect(acknowledged.length).toBeGreaterThanOrEqual(200);
    expect(acknowledged.length).toBeLessThan(1_000);

    service = await cluster.startService('scim-0', service);
    const again = service.clientOf(TENANT);
    for (const id of acknowledged) expect((await again.send({ method: 'GET', path: `/Users/${id}` })).status).toBe(200);
    // Whoever was not answered is looked for and made if missing, as a directory does: there once, and never twice.
    for (let index = 0; index < 1_000; index += 1) {
      const userName = `person-${index}@example.com`;
      const match = { method: 'GET', path: '/Users', query: `filter=userName+eq+%22${encodeURIComponent(userName)}%22` };
      const found = await again.send(match);
      expect(found.status).toBe(200);
      if (found.body.totalResults === 0)
        expect((await again.send({ method: 'POST', path: '/Users', body: { userName } })).status).toBe(201);
      expect((await again.send(match)).body.totalResults).toBe(1);
    }
    const all = await again.send({ method: 'GET', path: '/Users', query: 'count=1' });
    expect(all.body.totalResults).toBe(1_000);
  }, 240_000);

  test('kill -9 of the leading operator: the other one acts within 20 seconds, and no mail is sent twice', async () => {
    const mailsBefore = cluster.smtp.mails.length;
    const tripsBefore = (await cluster.tenant(TENANT)).status.breaker.trips;
    expect(await leaders()).toHaveLength(1);

    const client = service.clientOf(TENANT);
    const badge = { 'urn:ietf:params:scim:schemas:extension:acme:2.0:User': { badge: 'not a number' } };
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        client.send({ method: 'POST', path: '/Users', body: { userName: `bad-${index}@example.com`, ...badge } }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
    expect(answers[0]?.body).toMatchObject({ scimType: 'invalidValue', detail: expect.stringContaining('badge') });

    const [leader] = await leaders();
    await leader?.stop('SIGKILL');
    const killed = Date.now();
    await waitUntil(async () => (await leaders()).length === 1, { what: 'the other operator leads', timeoutMs: 25_000 });
    await waitUntil(
      async () => {
        const { spec, status } = await cluster.tenant(TENANT);
        return spec.enabled === false && status.breaker.trips === tripsBefore + 1 && isMailed(status, tripsBefore + 1, 1);
      },
      { what: 'the trip, by the other operator', timeoutMs: 25_000 },
    );
    expect(Date.now() - killed).toBeLessThan(20_000);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(cluster.smtp.mails.slice(mailsBefore).map(({ to }) => to)).toEqual(['hr-it@acme.example']);
  }, 120_000);

  test('SIGTERM ends both programs with code 0, and the lease is given up', async () => {
    for (const program of [service.program, ...operators.filter((operator) => operator.running())])
      expect(await program.stop('SIGTERM')).toBe(0);
    const lease = await cluster.api.send({
      method: 'GET',
      path: '/apis/coordination.k8s.io/v1/namespaces/scim-operator/leases/scim-operator',
    });
    expect(lease.body.spec.holderIdentity ?? '').toBe('');
  }, 60_000);
});
