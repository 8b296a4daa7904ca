import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { waitUntil } from '../support/wait-until.ts';
import { condition, metric, startCluster, type Cluster, type ServicePod } from './cluster.ts';

/** `tenantDeletion: Delete` with real pods that are killed and stopped in the middle; each test makes the people that it needs. */

const TENANT = 'team-hr/acme';
const NEIGHBOUR = 'team-hr/other';
const PEOPLE = 2_000;
const UNLINKED = 'a-record-of-the-product';

function manifest(key: string, tenantDeletion: 'Retain' | 'Delete'): { readonly [key: string]: unknown } {
  const [namespace, name] = key.split('/');
  return {
    apiVersion: 'scim-operator.dev/v1alpha1',
    kind: 'ScimTenant',
    metadata: { name, namespace },
    spec: {
      tokenSecretRef: { name: 'acme-scim-token' },
      attributeMapping: [{ source: 'userName', target: 'login', required: true }],
      tenantDeletion,
    },
  };
}

interface AnyDocument {
  readonly _id: string;
  readonly [field: string]: unknown;
}

describe('a tenant that is deleted with its people', () => {
  let cluster: Cluster;
  let pods: Map<string, ServicePod>;
  let operatorAdmin: number;
  let store: mongoose.Connection;

  beforeAll(async () => {
    cluster = await startCluster();
    operatorAdmin = (await cluster.startOperator('operator-0', { DELETION_TIMEOUT: '6s' })).adminPort;
    pods = new Map([
      ['scim-0', await cluster.startService('scim-0')],
      ['scim-1', await cluster.startService('scim-1')],
    ]);
    store = await mongoose.createConnection(cluster.mongo.uri).asPromise();
    await cluster.apply(manifest(NEIGHBOUR, 'Retain'));
    await served(NEIGHBOUR);
    await create(NEIGHBOUR, 'neighbour');
  }, 120_000);

  afterAll(async () => {
    await store?.close();
    await cluster?.[Symbol.asyncDispose]();
  }, 60_000);

  const users = () => store.collection<AnyDocument>('users');
  const count = (tenant: string) => users().countDocuments({ tenant });
  const pathOf = (key: string): string => {
    const [namespace, name] = key.split('/');
    return `/apis/scim-operator.dev/v1alpha1/namespaces/${namespace}/scimtenants/${name}`;
  };
  const exists = async (key: string): Promise<boolean> => (await cluster.api.send({ method: 'GET', path: pathOf(key) })).status === 200;
  const remove = async (key: string): Promise<void> => {
    expect((await cluster.api.send({ method: 'DELETE', path: pathOf(key) })).status).toBe(200);
  };
  const anyPod = (): ServicePod => [...pods.values()][0]!;

  async function served(key: string): Promise<void> {
    await waitUntil(async () => condition(await cluster.tenant(key), 'Ready')?.status === 'True', {
      what: `${key} Ready`,
      timeoutMs: 40_000,
    });
  }

  async function create(key: string, userName: string): Promise<string> {
    const answer = await anyPod().clientOf(key).send({ method: 'POST', path: '/Users', body: { userName } });
    expect(answer.status).toBe(201);
    return answer.body.id;
  }

  /** One person as the service makes them, and as many like them as the test needs; a group, and somebody of the product's. */
  async function fill(key: string): Promise<void> {
    const id = await create(key, 'person');
    const { _id: _, ...person } = (await users().findOne({ _id: id }))!;
    const clones = Array.from({ length: PEOPLE - 1 }, (_each, at) => ({ ...person, _id: `${key} ${at}`, userNameKey: `person-${at}` }));
    for (let from = 0; from < clones.length; from += 1_000) await users().insertMany(clones.slice(from, from + 1_000));
    const body = { displayName: 'Everybody', members: [{ value: id }] };
    expect((await anyPod().clientOf(key).send({ method: 'POST', path: '/Groups', body })).status).toBe(201);
    await users().replaceOne({ _id: UNLINKED }, { tenant: key, person: { login: 'product' } }, { upsert: true });
  }

  async function leftOf(tenant: string): Promise<readonly [people: number, groups: number, memberships: number]> {
    const [people, groups, memberships] = await Promise.all(
      ['users', 'groups', 'memberships'].map((collection) => store.collection(collection).countDocuments({ tenant })),
    );
    return [people!, groups!, memberships!];
  }

  /** The pod that has begun, once some people are gone and some are there. */
  async function workingPod(): Promise<string> {
    return waitUntil(
      async () => {
        const left = await count(TENANT);
        if (left === 1) throw new Error('everybody is gone already');
        const working = [...pods].find(([, { program }]) => program.lines.some((line) => line.includes('of a deleted tenant are removed')));
        return left < PEOPLE && working !== undefined && working[0];
      },
      { what: 'a pod in the middle', timeoutMs: 30_000, intervalMs: 10 },
    );
  }

  /** As the endpoint controller does when a pod has gone. */
  async function forget(name: string): Promise<ServicePod> {
    const path = `/apis/discovery.k8s.io/v1/namespaces/scim-operator/endpointslices/${name}`;
    await cluster.api.send({ method: 'DELETE', path });
    const pod = pods.get(name)!;
    pods.delete(name);
    return pod;
  }

  test('is held from before it is served, goes when everybody is gone, and another pod goes on when the working one is killed', async () => {
    await cluster.apply(manifest(TENANT, 'Delete'));
    await served(TENANT);
    expect((await cluster.tenant(TENANT)).metadata.finalizers).toEqual(['scim-operator.dev/people']);
    await fill(TENANT);
    await remove(TENANT);
    const working = await workingPod();
    await pods.get(working)!.program.stop('SIGKILL');
    const leftByKilled = await count(TENANT);
    expect(leftByKilled).toBeGreaterThan(1);
    await forget(working);

    const refused = await anyPod().clientOf(TENANT).send({ method: 'GET', path: '/Users' });
    expect(refused).toMatchObject({ status: 503, body: { detail: expect.stringContaining('is being deleted') } });
    const deleting = await waitUntil(
      async () => {
        const tenant = await cluster.tenant(TENANT);
        return tenant.status?.deletion !== undefined && tenant;
      },
      { what: 'progress in status', timeoutMs: 60_000 },
    );
    expect(condition(deleting, 'Ready')).toMatchObject({ status: 'False', reason: 'Deleting' });
    expect(deleting.status.deletion).toMatchObject({ total: PEOPLE + 2, startedTime: expect.any(String) });

    await waitUntil(async () => !(await exists(TENANT)), { what: 'the end of the resource', timeoutMs: 120_000 });
    // The product's own record is all that is left, and the neighbour has everybody.
    expect(await leftOf(TENANT)).toEqual([1, 0, 0]);
    expect(await users().findOne({ tenant: TENANT })).toMatchObject({ _id: UNLINKED });
    expect(await count(NEIGHBOUR)).toBe(1);
    const config = '/api/v1/namespaces/scim-operator-config/secrets/team-hr.acme';
    expect((await cluster.api.send({ method: 'GET', path: config })).status).toBe(404);
    expect(await metric(operatorAdmin, 'scim_deleted_tenants_total{outcome="removed"}')).toBe(1);
    const events = await cluster.api.send({ method: 'GET', path: '/api/v1/namespaces/team-hr/events' });
    const reasons = events.body.items.map(({ reason }: { reason: string }) => reason);
    expect(reasons).toEqual(expect.arrayContaining(['DeletionStarted', 'PeopleRemoved']));
  }, 240_000);

  test('a new one of its name begins empty, and a pod that was stopped in the middle of the old one does it no harm', async () => {
    pods.set('scim-2', await cluster.startService('scim-2'));
    await cluster.apply(manifest(TENANT, 'Delete'));
    await served(TENANT);
    const empty = await anyPod().clientOf(TENANT).send({ method: 'GET', path: '/Users' });
    expect(empty).toMatchObject({ status: 200, body: { totalResults: 0 } });

    await fill(TENANT);
    for (const { program } of pods.values()) (program.lines as string[]).length = 0;
    await remove(TENANT);
    const name = await workingPod();
    process.kill(pods.get(name)!.program.pid, 'SIGSTOP');
    const stopped = await forget(name);
    await waitUntil(async () => !(await exists(TENANT)), { what: 'the end of the resource', timeoutMs: 120_000 });
    expect(await leftOf(TENANT)).toEqual([1, 0, 0]);

    await cluster.apply(manifest(TENANT, 'Delete'));
    await served(TENANT);
    const ids = await Promise.all(Array.from({ length: 20 }, (_, at) => create(TENANT, `new-${at}`)));
    process.kill(stopped.program.pid, 'SIGCONT');
    // It has heard of the new tenant once it serves it.
    await waitUntil(async () => (await stopped.clientOf(TENANT).send({ method: 'GET', path: `/Users/${ids[0]}` })).status === 200, {
      what: 'the pod that came back',
      timeoutMs: 60_000,
    });
    await stopped.program.stop('SIGTERM');
    const all = await anyPod().clientOf(TENANT).send({ method: 'GET', path: '/Users', query: 'count=1' });
    expect(all.body.totalResults).toBe(20);
  }, 300_000);

  test('goes with its namespace after the limit when the store is away, and its people stay', async () => {
    const key = 'team-gone/acme';
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-gone' } });
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'acme-scim-token', namespace: 'team-gone' },
      stringData: { token: 'end-to-end-token-0123456789abcdef' },
    });
    await cluster.apply(manifest(key, 'Delete'));
    await served(key);
    await create(key, 'left-behind');

    await cluster.mongoWire.cut();
    await cluster.api.send({ method: 'DELETE', path: '/api/v1/namespaces/team-gone' });
    // As the namespace controller does, which this API server has not.
    await remove(key);
    await waitUntil(async () => condition(await cluster.tenant(key), 'Ready')?.reason === 'Deleting', { what: 'Deleting' });
    await waitUntil(async () => !(await exists(key)), { what: 'the end of the resource', timeoutMs: 60_000 });
    const events = await cluster.api.send({ method: 'GET', path: '/api/v1/namespaces/default/events' });
    expect(events.body.items).toContainEqual(
      expect.objectContaining({
        type: 'Warning',
        reason: 'DeletionGivenUp',
        involvedObject: expect.objectContaining({ kind: 'Namespace', name: 'team-gone' }),
        message: expect.stringContaining(key),
      }),
    );
    expect(await metric(operatorAdmin, 'scim_deleted_tenants_total{outcome="given_up"}')).toBe(1);

    await cluster.mongoWire.heal();
    await waitUntil(async () => (await anyPod().clientOf(NEIGHBOUR).send({ method: 'GET', path: '/Users' })).status === 200, {
      what: 'the store',
      timeoutMs: 30_000,
    });
    expect(await count(key)).toBe(1);
  }, 180_000);

  test('goes at once and keeps its people with tenantDeletion: Retain, also when that is written while it is being deleted', async () => {
    const people = await count(TENANT);
    await cluster.mongoWire.cut();
    await remove(TENANT);
    await waitUntil(async () => condition(await cluster.tenant(TENANT), 'Ready')?.reason === 'Deleting', { what: 'Deleting' });
    await cluster.patchTenant(TENANT, { spec: { tenantDeletion: 'Retain' } });
    await waitUntil(async () => !(await exists(TENANT)), { what: 'the end of the resource', timeoutMs: 30_000 });
    await cluster.mongoWire.heal();
    expect(await count(TENANT)).toBe(people);

    await remove(NEIGHBOUR);
    await waitUntil(async () => !(await exists(NEIGHBOUR)), { what: 'the end of the neighbour' });
    expect(await count(NEIGHBOUR)).toBe(1);
  }, 120_000);
});
