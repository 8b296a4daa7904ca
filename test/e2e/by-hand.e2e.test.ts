import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../support/wait-until.ts';
import { condition, isMailed, startCluster, type Cluster, type ServicePod } from './cluster.ts';
import type { Program } from '../support/program.ts';

/** What people and GitOps tools do to the resources of a running cluster; each test needs the ones before it. */

const TENANT = 'team-hr/acme';
const DERIVED = '/api/v1/namespaces/scim-operator-config/secrets/team-hr.acme';
const BADGE = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
/** A change is served within 1 s; the derived Secret is the first half of the way. */
const AT_ONCE_MS = 1_000;

function manifest(spec: { readonly [key: string]: unknown } = {}): { readonly [key: string]: unknown } {
  return {
    apiVersion: 'scim-operator.dev/v1alpha1',
    kind: 'ScimTenant',
    metadata: { name: 'acme', namespace: 'team-hr' },
    spec: {
      tokenSecretRef: { name: 'acme-scim-token' },
      notificationEmails: ['hr-it@acme.example'],
      attributeMapping: [
        { source: 'userName', target: 'login', required: true },
        { source: `${BADGE}:badge`, target: 'badge', type: 'Integer' },
      ],
      failurePolicy: { minRequests: 5, maxFailures: 5, maxFailureRatio: 0.1 },
      ...spec,
    },
  };
}

describe('a tenant in the hands of people and tools', () => {
  let cluster: Cluster;
  let operator: Program;
  let service: ServicePod;

  beforeAll(async () => {
    cluster = await startCluster();
    operator = await cluster.startOperator('operator-0');
    service = await cluster.startService('scim-0');
    await operator.waitForLine(/became leader/);
  }, 120_000);

  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
  }, 60_000);

  // oxlint-disable-next-line typescript/no-explicit-any -- a Secret as the API server shows it
  const derived = async (): Promise<any> => (await cluster.api.send({ method: 'GET', path: DERIVED })).body;
  const statusOfUsers = async (): Promise<number> => (await service.clientOf(TENANT).send({ method: 'GET', path: '/Users' })).status;
  const fail = async (): Promise<void> => {
    for (let index = 0; index < 8; index += 1) {
      const body = { userName: `bad-${index}@example.com`, [BADGE]: { badge: 'none' } };
      expect((await service.clientOf(TENANT).send({ method: 'POST', path: '/Users', body })).status).toBe(400);
    }
  };
  const mailed = (trip: number): Promise<unknown> =>
    waitUntil(async () => isMailed((await cluster.tenant(TENANT)).status, trip, 1), {
      what: `trip ${trip}, mailed`,
      timeoutMs: 15_000,
    });
  const inService = (): Promise<unknown> =>
    waitUntil(async () => (await statusOfUsers()) === 200, { what: 'the tenant in service', timeoutMs: 10_000 });

  test('has its derived Secret within a second', async () => {
    await cluster.apply(manifest());
    const begun = performance.now();
    await waitUntil(async () => (await derived()).data !== undefined, { what: 'the derived Secret', intervalMs: 10 });
    expect(performance.now() - begun).toBeLessThan(AT_ONCE_MS);
    await waitUntil(async () => condition(await cluster.tenant(TENANT), 'Ready')?.status === 'True', { what: 'Ready', timeoutMs: 10_000 });
  }, 30_000);

  const encode = (config: unknown): object => ({ data: { 'config.json': Buffer.from(JSON.stringify(config)).toString('base64') } });
  test.each<[string, ((config: { readonly tokenDigests: readonly object[] }) => object) | null]>([
    ['is deleted', null],
    ['is overwritten with nonsense', () => encode('nonsense')],
    [
      'gets a token of somebody else',
      (config) => encode({ ...config, tokenDigests: [...config.tokenDigests, { sha256: 'a'.repeat(64), validUntil: null }] }),
    ],
    ['loses our label', () => ({ metadata: { labels: { 'app.kubernetes.io/managed-by': null } } })],
  ])('gets back its derived Secret within a second when it %s', async (_, edit) => {
    const before = await derived();
    const config = JSON.parse(Buffer.from(before.data['config.json'], 'base64').toString());
    await cluster.api.send(
      edit
        ? { method: 'PATCH', path: DERIVED, body: edit(config), contentType: 'application/merge-patch+json' }
        : { method: 'DELETE', path: DERIVED },
    );
    const begun = performance.now();
    await waitUntil(
      async () => {
        const { data, metadata } = await derived();
        return (
          data?.['config.json'] === before.data['config.json'] && metadata.labels?.['app.kubernetes.io/managed-by'] === 'scim-operator'
        );
      },
      { what: 'the derived Secret as it was', intervalMs: 10 },
    );
    expect(performance.now() - begun).toBeLessThan(AT_ONCE_MS);
    await inService();
  });

  test('stays switched off under a tool that reverts spec.enabled; nobody fights it and nobody is mailed again', async () => {
    await fail();
    await mailed(1);
    const before = (await cluster.tenant(TENANT)).metadata.generation;
    for (let revert = 0; revert < 3; revert += 1) {
      await cluster.apply(manifest({ enabled: true, displayName: `Revert ${revert}` }), 'argocd-controller');
      await waitUntil(
        async () => {
          const { metadata, status } = await cluster.tenant(TENANT);
          return status.observedGeneration === metadata.generation;
        },
        { what: 'the revert in the status' },
      );
    }
    // As long as a poll of the pods, which would bring a run.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const { metadata, spec, status } = await cluster.tenant(TENANT);
    expect(metadata.generation).toBe(before + 3);
    expect(spec.enabled).toBe(true);
    expect(status.breaker).toMatchObject({ state: 'Open', trips: 1 });
    expect(await statusOfUsers()).toBe(503);
    expect(cluster.smtp.mails).toHaveLength(1);
  }, 60_000);

  test.each([
    ['a new resetToken', { spec: { failurePolicy: { resetToken: 'again' } } }],
    ['a new value of the annotation reset-at', { metadata: { annotations: { 'scim-operator.dev/reset-at': 'today' } } }],
    ['spec.enabled', { spec: { enabled: true } }],
  ])(
    'is switched on by %s, and new failures trip it again at once',
    async (_, patch) => {
      const { trips } = (await cluster.tenant(TENANT)).status.breaker;
      await cluster.patchTenant(TENANT, patch);
      await inService();
      expect((await cluster.tenant(TENANT)).spec.enabled).toBe(true);
      await fail();
      await mailed(trips + 1);
      const tripped = await cluster.tenant(TENANT);
      expect(tripped.spec.enabled).toBe(false);
      expect(cluster.smtp.mails).toHaveLength(trips + 1);
    },
    60_000,
  );

  test('starts anew when it is deleted and made again: old failures do not trip it', async () => {
    await cluster.api.send({ method: 'DELETE', path: '/apis/scim-operator.dev/v1alpha1/namespaces/team-hr/scimtenants/acme' });
    await cluster.apply(manifest());
    await inService();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect((await cluster.tenant(TENANT)).status.breaker).toMatchObject({ state: 'Closed', trips: 0 });
  }, 30_000);

  test('leaves no derived Secret when it is deleted while no operator runs', async () => {
    expect(await operator.stop('SIGTERM')).toBe(0);
    await cluster.api.send({ method: 'DELETE', path: '/apis/scim-operator.dev/v1alpha1/namespaces/team-hr/scimtenants/acme' });
    await cluster.startOperator('operator-1');
    await waitUntil(async () => (await derived()).code === 404, { what: 'the end of the derived Secret', timeoutMs: 20_000 });
    await waitUntil(async () => (await statusOfUsers()) === 401, { what: '401' });
  }, 60_000);
});
