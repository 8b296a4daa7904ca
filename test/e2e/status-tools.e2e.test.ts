import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { kstatusOf, kubectlWaitEnds, type Kstatus } from '../support/kstatus.ts';
import { waitUntil } from '../support/wait-until.ts';
import { condition, startCluster, type Cluster, type ServicePod } from './cluster.ts';

/**
 * What `kubectl get scimt -A`, `kubectl wait` and tools that follow kstatus (Flux, kpt) tell of a tenant in each state of its
 * life, with real pods. Tests are chapters and need the ones before them.
 */

const TENANTS = '/apis/scim-operator.dev/v1alpha1';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const LIMIT = { timeoutMs: 30_000 };

/** The columns that say what is wrong, as kubectl prints them; `-` where it prints nothing. */
interface Line {
  readonly enabled: string;
  readonly ready: string;
  readonly reason: string;
  readonly breaker: string;
  readonly token: string;
}

/** What a tenant shows, and what tools make of it. */
interface Shown {
  readonly line: Line;
  readonly kstatus: Kstatus;
  /** Of `kubectl wait --for=condition=Ready`. */
  readonly waitEnds: boolean;
}

const READY: Line = { enabled: 'true', ready: 'True', reason: 'Programmed', breaker: '-', token: 'Accepted' };

function shown(line: Partial<Line>, kstatus: Kstatus): Shown {
  return { line: { ...READY, ...line }, kstatus, waitEnds: kstatus === 'Current' };
}

const IN_SERVICE = shown({}, 'Current');

describe('what tools tell of a tenant', () => {
  let cluster: Cluster;
  let pods: readonly ServicePod[];

  beforeAll(async () => {
    cluster = await startCluster();
  }, 120_000);

  afterAll(async () => {
    for (const { program } of pods ?? []) if (program.running()) process.kill(program.pid, 'SIGCONT');
    await cluster?.[Symbol.asyncDispose]();
  }, 60_000);

  const apply = (name: string, spec: object = {}): Promise<void> =>
    cluster.apply({
      apiVersion: 'scim-operator.dev/v1alpha1',
      kind: 'ScimTenant',
      metadata: { name, namespace: 'team-hr' },
      spec: {
        tokenSecretRef: { name: 'acme-scim-token' },
        attributeMapping: [{ source: 'userName', target: 'login', required: true }],
        failurePolicy: { minRequests: 5, maxFailures: 5, maxFailureRatio: 0.1 },
        ...spec,
      },
    });

  /** Of `kubectl get scimt -A -o wide`. */
  async function cells(name: string): Promise<Readonly<Record<string, string | number | boolean | null>>> {
    const { body } = await cluster.api.send({ method: 'GET', path: `${TENANTS}/scimtenants`, accept: TABLE });
    const row = body.rows.find(({ object }: { object: { metadata: { name: string } } }) => object.metadata.name === name);
    return Object.fromEntries(body.columnDefinitions.map((column: { name: string }, index: number) => [column.name, row.cells[index]]));
  }

  async function lineOf(name: string): Promise<Line> {
    const { Enabled, Ready, Reason, Breaker, Token } = await cells(name);
    const [enabled, ready, reason, breaker, token] = [Enabled, Ready, Reason, Breaker, Token].map((cell) => `${cell ?? '-'}`);
    return { enabled: enabled!, ready: ready!, reason: reason!, breaker: breaker!, token: token! };
  }

  /** What the tenant shows once it shows what is expected, or at last. */
  async function settled(name: string, expected: Shown): Promise<Shown> {
    const look = async (): Promise<Shown> => {
      const tenant = await cluster.tenant(`team-hr/${name}`);
      return { line: await lineOf(name), kstatus: kstatusOf(tenant), waitEnds: kubectlWaitEnds(tenant, 'Ready') };
    };
    const probe = async () => JSON.stringify(await look()) === JSON.stringify(expected) && expected;
    return waitUntil(probe, { what: `${name} as expected`, ...LIMIT }).catch(look);
  }

  const ready = async (name: string) => condition(await cluster.tenant(`team-hr/${name}`), 'Ready');

  const patch = (name: string, change: object): Promise<void> => cluster.patchTenant(`team-hr/${name}`, change);

  async function fail(name: string): Promise<void> {
    for (let each = 0; each < 6; each += 1) {
      const answer = await pods[0]!.clientOf(`team-hr/${name}`).send({ method: 'POST', path: '/Users', body: { displayName: 'nobody' } });
      expect(answer.status).toBe(400);
    }
  }

  /** Of the tenant, by reason. */
  async function countEvents(name: string): Promise<Readonly<Record<string, number>>> {
    const { body } = await cluster.api.send({ method: 'GET', path: '/apis/events.k8s.io/v1/namespaces/team-hr/events' });
    const counts: Record<string, number> = {};
    for (const { regarding, reason } of body.items) if (regarding.name === name) counts[reason] = (counts[reason] ?? 0) + 1;
    return counts;
  }

  test('that nobody has looked at yet', async () => {
    await apply('acme');
    const expected = shown({ ready: '-', reason: '-', token: '-' }, 'InProgress');
    expect(await settled('acme', expected)).toEqual(expected);
  }, 60_000);

  test('while no pod of the service is there', async () => {
    await cluster.startOperator('operator-0');
    const expected = shown({ ready: 'False', reason: 'WaitingForPods' }, 'InProgress');
    expect(await settled('acme', expected)).toEqual(expected);
    expect((await ready('acme')).message).toContain('No pod of the SCIM service is there');
  }, 60_000);

  test('that every pod serves', async () => {
    pods = await Promise.all([cluster.startService('scim-0'), cluster.startService('scim-1')]);
    expect(await settled('acme', IN_SERVICE)).toEqual(IN_SERVICE);
    expect((await cluster.tenant('team-hr/acme')).status.programmed).toEqual({ generation: 1, pods: 2, acknowledged: 2 });
  }, 60_000);

  test('of which one of two pods serves an older generation, and both once it has caught up', async () => {
    process.kill(pods[1]!.program.pid, 'SIGSTOP');
    await patch('acme', { spec: { displayName: 'Acme Corp' } });
    const behind = shown({ ready: 'False', reason: 'WaitingForPods' }, 'InProgress');
    expect(await settled('acme', behind)).toEqual(behind);
    const counted = await waitUntil(
      async () => {
        const tenant = await cluster.tenant('team-hr/acme');
        return tenant.status.programmed.acknowledged === 1 && tenant;
      },
      { what: 'the pod that serves it', ...LIMIT },
    );
    expect(counted.status.programmed).toEqual({ generation: 2, pods: 2, acknowledged: 1 });
    expect(condition(counted, 'Ready').message).toContain('Not every pod of the SCIM service serves this configuration yet');
    expect(await cells('acme')).toMatchObject({ Pods: 2, Serving: 1, Message: condition(counted, 'Ready').message });

    process.kill(pods[1]!.program.pid, 'SIGCONT');
    expect(await settled('acme', IN_SERVICE)).toEqual(IN_SERVICE);
    expect((await cluster.tenant('team-hr/acme')).status.programmed).toEqual({ generation: 2, pods: 2, acknowledged: 2 });
  }, 90_000);

  test('without its Secret', async () => {
    await apply('bare', { tokenSecretRef: { name: 'not-there' } });
    const expected = shown({ ready: 'False', reason: 'TokenSecretMissing', token: 'TokenSecretMissing' }, 'Failed');
    expect(await settled('bare', expected)).toEqual(expected);
  }, 60_000);

  test('with a mapping that cannot be used, of which a change to and fro is told once a minute', async () => {
    const rule = (source: string) => ({ spec: { attributeMapping: [{ source, target: 'login', required: true }] } });
    const refused = shown({ ready: 'False', reason: 'MappingInvalid' }, 'Failed');
    for (let round = 0; round < 3; round += 1) {
      await patch('acme', rule('noSuchAttribute'));
      expect(await settled('acme', refused)).toEqual(refused);
      await patch('acme', rule('userName'));
      expect(await settled('acme', IN_SERVICE)).toEqual(IN_SERVICE);
    }
    const told = await countEvents('acme');
    expect(told).toMatchObject({ MappingInvalid: 1, Resolved: 1 });
    // A run that finds nothing new tells nothing.
    await patch('acme', { metadata: { annotations: { 'example.com/note': 'looked at' } } });
    await patch('acme', { spec: { displayName: 'Acme' } });
    await waitUntil(
      async () => {
        const { metadata, status } = await cluster.tenant('team-hr/acme');
        return status.observedGeneration === metadata.generation;
      },
      { what: 'a run', ...LIMIT },
    );
    expect(await countEvents('acme')).toEqual(told);
  }, 120_000);

  test('that its owner switched off', async () => {
    await patch('acme', { spec: { enabled: false } });
    const off = shown({ enabled: 'false', reason: 'Disabled' }, 'Current');
    expect(await settled('acme', off)).toEqual(off);
    await patch('acme', { spec: { enabled: true } });
    expect(await settled('acme', IN_SERVICE)).toEqual(IN_SERVICE);
  }, 60_000);

  test('that is paused', async () => {
    await patch('acme', { metadata: { annotations: { 'scim-operator.dev/paused': 'true' } } });
    const paused = shown({ ready: 'Unknown', reason: 'Paused' }, 'InProgress');
    expect(await settled('acme', paused)).toEqual(paused);
    await patch('acme', { metadata: { annotations: { 'scim-operator.dev/paused': null } } });
    expect(await settled('acme', IN_SERVICE)).toEqual(IN_SERVICE);
  }, 60_000);

  test('whose token expires soon', async () => {
    await patch('acme', { spec: { tokenPolicy: { maxAge: '24h' } } });
    const expiring = shown({ token: 'ExpiresSoon' }, 'Current');
    expect(await settled('acme', expiring)).toEqual(expiring);
  }, 60_000);

  test('that tripped, and stays in service', async () => {
    await apply('watched', { failurePolicy: { minRequests: 5, maxFailures: 5, maxFailureRatio: 0.1, action: 'NotifyOnly' } });
    expect(await settled('watched', IN_SERVICE)).toEqual(IN_SERVICE);
    await fail('watched');
    const tripped = shown({ breaker: 'TooManyFailures' }, 'Current');
    expect(await settled('watched', tripped)).toEqual(tripped);
  }, 60_000);

  test('that tripped, and was switched off', async () => {
    await fail('acme');
    const expected = shown(
      { enabled: 'false', ready: 'False', reason: 'Tripped', breaker: 'TooManyFailures', token: 'ExpiresSoon' },
      'Failed',
    );
    expect(await settled('acme', expected)).toEqual(expected);
  }, 60_000);

  test('that is being deleted, while a pod keeps it from going', async () => {
    await apply('leaving', { tenantDeletion: 'Delete' });
    expect(await settled('leaving', IN_SERVICE)).toEqual(IN_SERVICE);
    process.kill(pods[1]!.program.pid, 'SIGSTOP');
    const path = `${TENANTS}/namespaces/team-hr/scimtenants/leaving`;
    expect((await cluster.api.send({ method: 'DELETE', path })).status).toBe(200);
    const expected = shown({ ready: 'False', reason: 'Deleting', token: '-' }, 'Terminating');
    expect(await settled('leaving', expected)).toEqual(expected);
    expect((await ready('leaving')).message).toContain('waits until every pod of the SCIM service has stopped to serve it');
    process.kill(pods[1]!.program.pid, 'SIGCONT');
    await waitUntil(async () => (await cluster.api.send({ method: 'GET', path })).status === 404, {
      what: 'the end of the tenant',
      timeoutMs: 60_000,
    });
  }, 120_000);
});
