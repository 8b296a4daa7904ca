import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { kstatusOf } from '../support/kstatus.ts';
import type { Program } from '../support/program.ts';
import { waitUntil } from '../support/wait-until.ts';
import { condition, isMailed, startCluster, type Cluster, type ServicePod } from './cluster.ts';

/** What docs/operations.md says under "Backup and restore", on real servers; tests are chapters and need the ones before them. */

const TENANT = 'team-hr/acme';
const TENANTS = '/apis/scim-operator.dev/v1alpha1/namespaces/team-hr/scimtenants';
const CONFIG = '/api/v1/namespaces/scim-operator-config/secrets';
const FIRST_TOKEN = 'end-to-end-token-0123456789abcdef';
const TOKEN = 'the-token-after-it-0123456789abcdef';
const LIMIT = { timeoutMs: 30_000 };

/** As it stands in a repository: without `enabled`, as docs/gitops.md advises. */
const MANIFEST = {
  apiVersion: 'scim-operator.dev/v1alpha1',
  kind: 'ScimTenant',
  metadata: { name: 'acme', namespace: 'team-hr' },
  spec: {
    tokenSecretRef: { name: 'acme-scim-token' },
    notificationEmails: ['hr-it@acme.example'],
    attributeMapping: [{ source: 'userName', target: 'login', required: true }],
    failurePolicy: { minRequests: 5, maxFailures: 5, maxFailureRatio: 0.1 },
  },
};

// oxlint-disable-next-line typescript/no-explicit-any -- a ScimTenant as the API server shows it
type Shown = any;

describe('a tenant that is restored', () => {
  let cluster: Cluster;
  let operator: Program;
  let pod: ServicePod;
  let store: mongoose.Connection;
  /** As a backup of the tripped tenant has it. */
  let backup: Shown;
  let person: string;

  beforeAll(async () => {
    cluster = await startCluster();
    operator = await cluster.startOperator('operator-0');
    pod = await cluster.startService('scim-0');
    store = await mongoose.createConnection(cluster.mongo.uri).asPromise();
    await cluster.apply(MANIFEST);
    await until(({ status }) => conditionIs(status, 'Ready', 'True'), 'the tenant in service');
  }, 120_000);

  afterAll(async () => {
    await store?.close();
    await cluster?.[Symbol.asyncDispose]();
  }, 60_000);

  const send = (method: string, path: string, body?: unknown) => cluster.api.send({ method, path, body });
  const client = (token = TOKEN) => pod.clientOf(TENANT, token);
  const answerTo = async (token: string): Promise<number> => (await client(token).send({ method: 'GET', path: '/Users' })).status;
  const conditionIs = (status: Shown, type: string, value: string): boolean => condition({ status }, type)?.status === value;

  function until(holds: (tenant: Shown) => boolean, what: string): Promise<Shown> {
    return waitUntil(
      async () => {
        const tenant = await cluster.tenant(TENANT);
        return holds(tenant) && tenant;
      },
      { what, ...LIMIT },
    );
  }

  async function create(userName: string): Promise<string> {
    const { status, body } = await client().send({ method: 'POST', path: '/Users', body: { userName } });
    expect(status).toBe(201);
    return body.id;
  }

  /** And what was rendered for it, as after the loss of a cluster. */
  async function loseTenant(): Promise<void> {
    expect((await send('DELETE', `${TENANTS}/acme`)).status).toBe(200);
    await waitUntil(async () => (await send('GET', `${CONFIG}/team-hr.acme`)).status === 404, { what: 'the end of the config', ...LIMIT });
  }

  /** A restoring program makes a new object: without what the API server gives, and without a status. */
  async function restoreObject(): Promise<void> {
    const { apiVersion, kind, metadata, spec } = backup;
    const { name, namespace, labels, annotations } = metadata;
    const body = { apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec };
    expect((await send('POST', `${TENANTS}?fieldManager=velero-server`, body)).status).toBe(201);
  }

  test('has its configuration rendered anew when the config namespace has lost it, without a token that was replaced', async () => {
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'acme-scim-token', namespace: 'team-hr' },
      stringData: { token: TOKEN },
    });
    await waitUntil(async () => (await answerTo(TOKEN)) === 200, { what: 'the new token', ...LIMIT });
    expect(await answerTo(FIRST_TOKEN)).toBe(200);
    person = await create('before-the-backup');

    expect((await send('DELETE', CONFIG)).status).toBe(200);
    await waitUntil(async () => (await answerTo(FIRST_TOKEN)) === 401, { what: 'the end of the replaced token', ...LIMIT });
    await waitUntil(async () => (await answerTo(TOKEN)) === 200, { what: 'the tenant in service again', ...LIMIT });
    const { status } = await until(({ status: now }) => now.token.previousValidUntil === undefined, 'a status without the replaced token');
    expect(status.token.fingerprint).toMatch(/^sha256:/);
  }, 90_000);

  test('is in service again from its manifest, with the same people, and a trip of before is forgotten', async () => {
    for (let each = 0; each < 6; each += 1) await client().send({ method: 'POST', path: '/Users', body: { displayName: 'nobody' } });
    backup = await until(({ status }) => status.breaker.mirroredTrip === 1 && isMailed(status, 1, 1), 'a trip that is mailed');
    expect(backup).toMatchObject({ spec: { enabled: false }, status: { breaker: { state: 'Open', trips: 1 } } });
    expect(kstatusOf(backup)).toBe('Failed');

    await loseTenant();
    expect(await answerTo(TOKEN)).toBe(401);
    await cluster.apply(MANIFEST);
    const restored = await until(({ status }) => conditionIs(status, 'Ready', 'True'), 'the restored tenant');
    expect(restored.status.breaker).toMatchObject({ state: 'Closed', trips: 0 });
    expect(restored.status.notifications?.notices).toBeUndefined();
    expect((await client().send({ method: 'GET', path: `/Users/${person}` })).body).toMatchObject({ userName: 'before-the-backup' });
    expect(cluster.smtp.mails).toHaveLength(1);
  }, 90_000);

  test('stays off from a backup without its status, as one that its owner switched off', async () => {
    await loseTenant();
    await restoreObject();
    const restored = await until(({ status }) => conditionIs(status, 'Ready', 'True'), 'the restored tenant');
    expect(restored.spec.enabled).toBe(false);
    expect(condition(restored, 'Ready').reason).toBe('Disabled');
    expect(restored.status.breaker).toMatchObject({ state: 'Closed', trips: 0 });
    expect(await answerTo(TOKEN)).toBe(503);
    await cluster.patchTenant(TENANT, { spec: { enabled: true } });
    await waitUntil(async () => (await answerTo(TOKEN)) === 200, { what: 'the tenant in service again', ...LIMIT });
    expect(cluster.smtp.mails).toHaveLength(1);
  }, 90_000);

  test('stays tripped from a backup with its status, and nobody gets the mail again', async () => {
    await loseTenant();
    // An operator that runs would write the first status of a new tenant over the one that is restored.
    expect(await operator.stop()).toBe(0);
    await restoreObject();
    const { resourceVersion } = (await cluster.tenant(TENANT)).metadata;
    // As a program that restores status writes it: whole, and with the times and the generation of before.
    const body = { ...MANIFEST, metadata: { ...MANIFEST.metadata, resourceVersion }, status: backup.status };
    expect((await send('PUT', `${TENANTS}/acme/status?fieldManager=velero-server`, body)).status).toBe(200);
    operator = await cluster.startOperator('operator-1');
    const refusal = async (): Promise<string> => (await client().send({ method: 'GET', path: '/Users' })).body.detail ?? '';
    await waitUntil(async () => (await refusal()).includes('switched off by the failure breaker'), {
      what: 'the refusal of a trip',
      ...LIMIT,
    });
    const tripped = await until(({ metadata, status }) => status.observedGeneration === metadata.generation, 'a run after that');
    expect(tripped.status.breaker).toMatchObject({ state: 'Open', trips: 1 });
    expect(kstatusOf(tripped)).toBe('Failed');
    expect(cluster.smtp.mails).toHaveLength(1);
  }, 90_000);

  test('and leaves nothing of that status behind when it is switched on', async () => {
    await cluster.patchTenant(TENANT, { spec: { enabled: true }, metadata: { annotations: { 'scim-operator.dev/reset-at': 'restored' } } });
    await waitUntil(async () => (await answerTo(TOKEN)) === 200, { what: 'the tenant in service again', ...LIMIT });
    const closed = await until(({ status }) => conditionIs(status, 'Ready', 'True'), 'Ready');
    expect(closed.status.conditions.map(({ type }: { type: string }) => type)).toEqual(['Ready', 'TokenReady', 'Programmed']);
    expect(kstatusOf(closed)).toBe('Current');
    expect(closed.status.breaker.openedAt).toBeUndefined();
    expect(cluster.smtp.mails).toHaveLength(1);
  }, 90_000);

  test('has the people of an older store under their ids, and later ones are unknown until the directory makes them anew', async () => {
    const names = ['users', 'groups', 'memberships'];
    const dump = await Promise.all(names.map((name) => store.collection(name).find().toArray()));
    const later = await create('after-the-backup');
    await pod.program.stop();
    for (const [index, name] of names.entries()) {
      await store.collection(name).drop();
      if (dump[index]!.length > 0) await store.collection(name).insertMany(dump[index]!);
    }
    pod = await cluster.startService('scim-0', pod);

    expect((await client().send({ method: 'GET', path: `/Users/${person}` })).status).toBe(200);
    expect((await client().send({ method: 'GET', path: `/Users/${later}` })).status).toBe(404);
    const found = await client().send({ method: 'GET', path: '/Users?filter=userName%20eq%20%22after-the-backup%22' });
    expect(found.body).toMatchObject({ totalResults: 0 });
    expect(await create('after-the-backup')).not.toBe(later);
    // The indexes came back with the pod: one name is still one person.
    const twin = await client().send({ method: 'POST', path: '/Users', body: { userName: 'Before-The-Backup' } });
    expect(twin).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
  }, 90_000);
});
