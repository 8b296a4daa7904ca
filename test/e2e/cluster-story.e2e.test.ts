import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { podReportSchema } from '#common/pod-report.ts';
import { waitUntil } from '../support/wait-until.ts';
import { replay } from '../wire/replay.ts';
import { ENTRA_REQUESTS } from '../wire/wire-request.ts';
import { condition, isMailed, metric, startCluster, type Cluster, type ServicePod } from './cluster.ts';
import { WHOLE_MAPPING } from '../support/whole-mapping.ts';

/** The whole story of one tenant; each test is a chapter and needs the ones before it. */

const TENANT = 'team-hr/acme';
const CONTACTS = ['hr-it@acme.example', 'oncall@acme.example'];

function manifest(name: string): { readonly [key: string]: unknown } {
  return {
    apiVersion: 'scim-operator.dev/v1alpha1',
    kind: 'ScimTenant',
    metadata: { name, namespace: 'team-hr' },
    spec: {
      displayName: 'Acme Corp',
      tokenSecretRef: { name: 'acme-scim-token' },
      notificationEmails: CONTACTS,
      attributeMapping: WHOLE_MAPPING,
      // Between the recorded requests everybody is deleted.
      users: { onDelete: 'Remove', maxDeactivations: 1_000_000 },
      rateLimit: { requestsPerSecond: 10_000, burst: 10_000 },
      failurePolicy: { window: '40m', minRequests: 10, maxFailures: 30, maxFailureRatio: 0.02 },
    },
  };
}

describe('one tenant on a real cluster', () => {
  let cluster: Cluster;
  let service: ServicePod;
  let operatorAdmin: number;

  beforeAll(async () => {
    cluster = await startCluster();
    operatorAdmin = (await cluster.startOperator('operator-0')).adminPort;
    service = await cluster.startService('scim-0');
  }, 120_000);

  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
  }, 60_000);

  test('becomes Ready after its resource is applied, and is told its URL', async () => {
    await cluster.apply(manifest('acme'));
    await cluster.apply(manifest('other'));
    const ready = await waitUntil(
      async () => {
        const tenant = await cluster.tenant(TENANT);
        return condition(tenant, 'Ready')?.status === 'True' && tenant;
      },
      { what: 'condition Ready', timeoutMs: 30_000 },
    );
    expect(ready.status).toMatchObject({
      endpoint: 'https://scim.example.com/team-hr/acme/scim/v2',
      programmed: { pods: 1, acknowledged: 1 },
      breaker: { state: 'Closed' },
      token: { fingerprint: expect.stringMatching(/^sha256:[0-9a-f]{12}$/) },
    });
  }, 60_000);

  test('takes each request that Entra ID sends, its Test Connection and validators included', async () => {
    for (const request of ENTRA_REQUESTS) await replay(service.clientOf(TENANT), request);
    expect(ENTRA_REQUESTS.length).toBeGreaterThan(40);
  }, 120_000);

  test('puts the person into MongoDB under the names of the product', async () => {
    const created = await service.clientOf(TENANT).send({
      method: 'POST',
      path: '/Users',
      body: {
        userName: 'grace@example.com',
        externalId: 'grace',
        name: { givenName: 'Grace', familyName: 'Hopper' },
        emails: [{ type: 'work', value: 'grace@example.com', primary: true }],
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'Navy', manager: 'some-id' },
      },
    });
    expect(created.status).toBe(201);
    const connection = await mongoose.createConnection(cluster.mongo.uri).asPromise();
    const found = await connection.collection('users').findOne({ tenant: TENANT, externalId: 'grace' });
    await connection.close();
    expect(found).toMatchObject({
      tenant: TENANT,
      active: true,
      externalId: 'grace',
      person: {
        login: 'grace@example.com',
        firstName: 'Grace',
        email: 'grace@example.com',
        employed: true,
        work: { department: 'Navy', manager: { value: 'some-id' } },
      },
    });
  }, 30_000);

  test('is in its pod’s report, and in what has changed since another report once it was called', async () => {
    const report = async (query: string) =>
      podReportSchema.parse(await (await fetch(`http://127.0.0.1:${service.adminPort}/internal/v1/report${query}`)).json());
    const whole = await report('');
    expect(whole).toMatchObject({ partial: false, tenants: { [TENANT]: {}, 'team-hr/other': {} } });
    await service.clientOf(TENANT).send({ method: 'GET', path: '/Users' });
    const changes = await report(`?since=${encodeURIComponent(whole.cursor ?? '')}`);
    expect(changes).toMatchObject({ partial: true, gone: [], tenants: { [TENANT]: { lastRequestTime: expect.any(String) } } });
  });

  test('is switched off within 15 seconds of the failure that is one too many, and everyone who should know is told', async () => {
    await cluster.mongoWire.cut();
    const client = service.clientOf(TENANT);
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        client.send({ method: 'POST', path: '/Users', body: { userName: `lost-${index}@example.com` } }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    const crossed = Date.now();

    const tripped = await waitUntil(
      async () => {
        const tenant = await cluster.tenant(TENANT);
        return tenant.spec.enabled === false && isMailed(tenant.status, 1, 2) && tenant;
      },
      { what: 'the trip in status, spec and mailbox', timeoutMs: 15_000 },
    );
    expect(Date.now() - crossed).toBeLessThan(15_000);

    expect(tripped.status.breaker).toMatchObject({
      state: 'Open',
      trips: 1,
      mirroredTrip: 1,
      classes: { StoreUnavailable: expect.any(Number) },
    });
    expect(condition(tripped, 'Tripped')).toMatchObject({ status: 'True' });
    expect(condition(tripped, 'Ready')).toMatchObject({ status: 'False', reason: 'Tripped' });
    expect(tripped.metadata.managedFields).toContainEqual(
      expect.objectContaining({ manager: 'scim-operator-breaker', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:enabled': {} } } }),
    );

    const events = await cluster.api.send({ method: 'GET', path: '/api/v1/namespaces/team-hr/events' });
    expect(events.body.items).toContainEqual(expect.objectContaining({ type: 'Warning', reason: 'Tripped' }));

    expect(cluster.smtp.mails.map(({ to }) => to).toSorted()).toEqual(CONTACTS);
    for (const mail of cluster.smtp.mails) {
      expect(mail.subject).toContain('Acme Corp');
      expect(mail.text).toContain('kubectl');
      expect(mail.html).toContain('resetToken');
    }
    expect(await metric(operatorAdmin, 'scim_tenant_breaker_open{namespace="team-hr",tenant="acme"}')).toBe(1);
    expect(await metric(operatorAdmin, 'scim_tenant_breaker_trips_total{namespace="team-hr",tenant="acme"}')).toBe(1);
    expect(await metric(service.adminPort, 'scim_tenant_failures_total{namespace="team-hr",tenant="acme",reason="StoreUnavailable"}')).toBe(
      40,
    );
  }, 90_000);

  test('answers 503 and says how it is switched on again, while its neighbour works', async () => {
    await cluster.mongoWire.heal();
    const refused = await service.clientOf(TENANT).send({ method: 'GET', path: '/Users' });
    expect(refused).toMatchObject({ status: 503, body: { status: '503', detail: expect.stringContaining('spec.enabled') } });
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    await waitUntil(async () => (await service.clientOf('team-hr/other').send({ method: 'GET', path: '/Users' })).status === 200, {
      what: 'the neighbour',
      timeoutMs: 20_000,
    });
  }, 60_000);

  test('works again once a person sets spec.enabled, and old failures do not count again', async () => {
    await cluster.patchTenant(TENANT, { spec: { enabled: true } });
    await waitUntil(async () => (await service.clientOf(TENANT).send({ method: 'GET', path: '/Users' })).status === 200, {
      what: 'the tenant in service',
      timeoutMs: 15_000,
    });
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    const tenant = await cluster.tenant(TENANT);
    expect(tenant.spec.enabled).toBe(true);
    expect(tenant.status.breaker).toMatchObject({ state: 'Closed', trips: 1 });
    expect(condition(tenant, 'Ready')).toMatchObject({ status: 'True' });
    expect(cluster.smtp.mails).toHaveLength(2);
  }, 60_000);

  test('takes a new token without a restart, and the old one until its overlap ends', async () => {
    const newToken = 'another-end-to-end-token-0123456789';
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'acme-scim-token', namespace: 'team-hr' },
      stringData: { token: newToken },
    });
    await waitUntil(async () => (await service.clientOf(TENANT, newToken).send({ method: 'GET', path: '/Users' })).status === 200, {
      what: 'the new token',
      timeoutMs: 10_000,
    });
    expect((await service.clientOf(TENANT).send({ method: 'GET', path: '/Users' })).status).toBe(200);
    await cluster.patchTenant(TENANT, { spec: { tokenPolicy: { overlap: '0s' } } });
    await waitUntil(async () => (await service.clientOf(TENANT).send({ method: 'GET', path: '/Users' })).status === 401, {
      what: 'the end of the old token',
      timeoutMs: 10_000,
    });
  }, 60_000);

  test('is gone from the service when its resource is deleted', async () => {
    const path = '/apis/scim-operator.dev/v1alpha1/namespaces/team-hr/scimtenants/acme';
    expect((await cluster.api.send({ method: 'DELETE', path })).status).toBe(200);
    await waitUntil(
      async () =>
        (await cluster.api.send({ method: 'GET', path: '/api/v1/namespaces/scim-operator-config/secrets/team-hr.acme' })).status === 404,
      { what: 'the end of the derived Secret', timeoutMs: 10_000 },
    );
    await waitUntil(async () => (await service.clientOf(TENANT).send({ method: 'GET', path: '/Users' })).status === 401, { what: '401' });
  }, 30_000);
});
