import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubernetesClient, type ClientMetrics } from '#common/kubernetes/client.ts';
import { loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import { resourcePath, SECRETS, type KubernetesObject } from '#common/kubernetes/kubernetes-object.ts';
import { listObjects } from '#common/kubernetes/list-objects.ts';
import { Reflector, type ReflectorEvent, type ReflectorOptions } from '#common/kubernetes/reflector.ts';
import { createLogger } from '#common/logger.ts';
import { startApiServer, type ApiServer } from '#test/support/api-server.ts';
import { startTcpProxy, type TcpProxy } from '#test/support/tcp-proxy.ts';
import { waitUntil } from '#test/support/wait-until.ts';

const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps' };
const logger = createLogger({ program: 'test', level: 'silent' });

/** Compacted every 2 s, so that resource versions grow old within a test. */
let server: ApiServer;
let admin: KubernetesClient;

beforeAll(async () => {
  server = await startApiServer({ flags: ['--etcd-compaction-interval=2s'], users: [{ name: 'limited' }] });
  admin = new KubernetesClient(loadKubeConfig(server.kubeconfig));
}, 120_000);

afterAll(async () => {
  admin.close();
  await server[Symbol.asyncDispose]();
});

describe('Reflector', () => {
  const running: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of running.splice(0)) await each.stop();
  });

  async function start(options: Partial<ReflectorOptions<Kept>> & { port?: number; user?: string; metrics?: ClientMetrics } = {}) {
    const kubeconfig = await server.kubeconfigFor(options.user ?? 'admin', options.port);
    const client = new KubernetesClient(loadKubeConfig(kubeconfig), options.metrics);
    const reflector = new Reflector<Kept>({ client, resource: CONFIG_MAPS, namespaces: null, transform: keep, logger, ...options });
    const events: ReflectorEvent<Kept>[] = [];
    reflector.onEvent((event) => events.push(event));
    const abort = new AbortController();
    const ended = reflector.run(abort.signal);
    const stop = async (): Promise<void> => {
      abort.abort(new Error('the test is over'));
      await ended;
      client.close();
    };
    running.push({ stop });
    return { reflector, events, stop };
  }

  test('what exists is listed before synced, and each change after it is told once', async () => {
    const namespace = await newNamespace();
    await put(namespace, 'a', '1');
    const { reflector, events } = await start({ namespaces: [namespace] });
    await reflector.synced();
    expect(tell(events)).toEqual(['Added a=1']);
    expect(reflector.hasSynced).toBe(true);

    await put(namespace, 'b', '1');
    await put(namespace, 'b', '2');
    await remove(namespace, 'a');
    await waitUntil(() => events.length === 4, { what: 'three changes' });
    expect(tell(events)).toEqual(['Added a=1', 'Added b=1', 'Modified b=2', 'Deleted a=1']);
    expect(events[2]).toMatchObject({ previous: { value: '1' }, origin: 'watch' });
    expect(reflector.get(`${namespace}/b`)).toMatchObject({ value: '2' });
    expect(reflector.get(`${namespace}/a`)).toBeNull();
    expect(reflector.list().map(({ name }) => name)).toEqual(['b']);
    expect(reflector.lastEventAgeSeconds()).toBeLessThan(5);
  });

  test('a list of more than 500 objects comes in pages', async () => {
    const namespace = await newNamespace();
    await Promise.all(Array.from({ length: 8 }, (_, lane) => putMany(namespace, `lane${lane}`, 140)));
    const pages: number[] = [];
    const objects = listObjects(admin, { resource: CONFIG_MAPS, namespace });
    let page = await objects.next();
    for (; !page.done; page = await objects.next()) pages.push(page.value.length);
    expect(pages).toEqual([500, 500, 120]);
    expect(page.value).toMatch(/^[0-9]+$/);

    const { reflector } = await start({ namespaces: [namespace] });
    await reflector.synced();
    expect(new Set(reflector.list().map(({ name }) => name)).size).toBe(1_120);
  });

  test('a watch that was cut goes on where it was: what happened in the gap is told once, without a new list', async () => {
    const namespace = await newNamespace();
    await put(namespace, 'stays', '1');
    await put(namespace, 'goes', '1');
    await using proxy = await proxyToServer();
    const { reflector, events } = await start({ namespaces: [namespace], port: proxy.port });
    await reflector.synced();
    await put(namespace, 'marker', '1');
    await waitUntil(() => events.length === 3, { what: 'the first watch event' });

    await proxy.cut();
    await remove(namespace, 'goes');
    await put(namespace, 'stays', '2');
    await proxy.heal();
    await waitUntil(() => events.length >= 5, { what: 'the changes of the gap' });
    expect(tell(events.slice(3))).toEqual(['Deleted goes=1', 'Modified stays=2']);
    expect(events.slice(3).map(({ origin }) => origin)).toEqual(['watch', 'watch']);
  });

  test('when the server has forgotten where the watch was (410), a new list tells changes and deletions of the gap', async () => {
    const namespace = await newNamespace();
    for (const name of ['stays', 'changes', 'goes', 'is-replaced']) await put(namespace, name, '1');
    await using proxy = await proxyToServer();
    const { reflector, events } = await start({ namespaces: [namespace], port: proxy.port, timings: { longestDelayMs: 1_000 } });
    await reflector.synced();
    events.length = 0;

    await proxy.cut();
    await put(namespace, 'changes', '2');
    await remove(namespace, 'goes');
    await remove(namespace, 'is-replaced');
    await put(namespace, 'is-replaced', '2');
    await put(namespace, 'is-new', '1');
    // A new server process has an empty history, and etcd has compacted its own.
    await compacted(namespace);
    await server.kill();
    await server.start();
    await proxy.heal();

    await waitUntil(() => reflector.get(`${namespace}/goes`) === null, { what: 'the deletion', timeoutMs: 40_000 });
    expect(new Set(tell(events.filter(({ object }) => object.name !== 'tick')))).toEqual(
      new Set(['Modified changes=2', 'Deleted is-replaced=1', 'Added is-replaced=2', 'Added is-new=1', 'Deleted goes=1']),
    );
    expect(new Set(events.map(({ origin }) => origin))).toEqual(new Set(['list']));
    await put(namespace, 'after', '1');
    await waitUntil(() => reflector.get(`${namespace}/after`), { what: 'a change after the new list' });
  }, 90_000);

  test('it waits for a server that is not there yet, and outlives its kill and restart', async () => {
    const namespace = await newNamespace();
    await put(namespace, 'a', '1');
    await using proxy = await proxyToServer();
    await proxy.cut();
    const { reflector, events } = await start({ namespaces: [namespace], port: proxy.port });
    await sleep(1_000);
    expect(reflector.hasSynced).toBe(false);
    await proxy.heal();
    await reflector.synced();
    expect(tell(events)).toEqual(['Added a=1']);

    await server.kill();
    await sleep(500);
    await server.start();
    await put(namespace, 'a', '2');
    await waitUntil(() => reflector.get(`${namespace}/a`)?.value === '2', { what: 'a change after the restart', timeoutMs: 40_000 });
  }, 90_000);

  test('a watch that says nothing for too long is taken for dead and opened again', async () => {
    const namespace = await newNamespace();
    let requests = 0;
    const { reflector, events } = await start({
      namespaces: [namespace],
      timings: { idleMs: 300, longestDelayMs: 300 },
      metrics: { requested: () => requests++ },
    });
    await reflector.synced();
    await waitUntil(() => requests >= 4, { what: 'a third watch' });
    await put(namespace, 'a', '1');
    await waitUntil(() => events.length === 1, { what: 'a change, seen by a later watch' });
    expect(tell(events)).toEqual(['Added a=1']);
  });

  test('a new watch is a sign of life where nothing changes', async () => {
    const { reflector, events } = await start({ namespaces: [await newNamespace()], timings: { watchSeconds: 3 } });
    await reflector.synced();
    await waitUntil(() => reflector.lastEventAgeSeconds() > 1, { what: 'a quiet time' });
    await waitUntil(() => reflector.lastEventAgeSeconds() < 0.5, { what: 'the next watch', timeoutMs: 15_000 });
    expect(events).toEqual([]);
  });

  test('a handler that throws and an object that is not understood are no reason to stop', async () => {
    const namespace = await newNamespace();
    await put(namespace, 'a', 'unreadable');
    const { reflector, events } = await start({
      namespaces: [namespace],
      transform: (object) => {
        const kept = keep(object);
        if (kept.value === 'unreadable') throw new Error('not understood');
        return kept;
      },
    });
    reflector.onEvent(() => {
      throw new Error('a bug');
    });
    await reflector.synced();
    expect(events).toEqual([]);
    await put(namespace, 'a', '1');
    await put(namespace, 'a', 'unreadable');
    await put(namespace, 'b', '1');
    await waitUntil(() => reflector.get(`${namespace}/b`), { what: 'the object after the unreadable one' });
    expect(tell(events)).toEqual(['Added a=1', 'Added b=1']);
    expect(reflector.get(`${namespace}/a`)).toMatchObject({ value: '1' });
  });

  test('with metadata only, no content of a Secret is sent', async () => {
    const namespace = await newNamespace();
    await admin.request({
      method: 'POST',
      path: resourcePath(SECRETS, { namespace }),
      body: { metadata: { name: 's', labels: { watched: 'yes' } }, stringData: { token: 'hidden' } },
    });
    await admin.request({ method: 'POST', path: resourcePath(SECRETS, { namespace }), body: { metadata: { name: 'other' } } });
    const seen: KubernetesObject[] = [];
    const { reflector } = await start({
      resource: SECRETS,
      metadataOnly: true,
      labelSelector: 'watched=yes',
      transform: (object) => {
        seen.push(object);
        return keep(object);
      },
    });
    await reflector.synced();
    await admin.request({
      method: 'PATCH',
      path: resourcePath(SECRETS, { namespace, name: 's' }),
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { stringData: { token: 'changed' } },
    });
    await waitUntil(() => seen.length === 2, { what: 'the change' });
    expect(seen.map(({ metadata, data, kind }) => [metadata.name, data, kind])).toEqual([
      ['s', undefined, 'PartialObjectMetadata'],
      ['s', undefined, 'PartialObjectMetadata'],
    ]);
  });

  test('several namespaces are watched with the rights of a Role in each, and are synced when all are', async () => {
    const [one, two, closed] = [await newNamespace(), await newNamespace(), await newNamespace()];
    await put(one, 'a', '1');
    await put(two, 'b', '1');
    await allow(one);
    const { reflector, events } = await start({
      namespaces: [one, two],
      user: 'limited',
      timings: { longestDelayMs: 200 },
    });
    await waitUntil(() => events.length === 1, { what: 'the namespace that may be read' });
    expect(reflector.hasSynced).toBe(false);
    await allow(two);
    await reflector.synced();
    await put(closed, 'c', '1');
    await put(two, 'd', '1');
    await waitUntil(() => reflector.get(`${two}/d`), { what: 'a change' });
    expect(tell(events)).toEqual(['Added a=1', 'Added b=1', 'Added d=1']);
    expect(
      reflector
        .list()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['a', 'b', 'd']);
  });

  test('an abort ends it at once, in the middle of a watch and in the middle of a wait', async () => {
    const watching = await start({ namespaces: [await newNamespace()] });
    await watching.reflector.synced();
    const waiting = await start({ port: 1, timings: { firstDelayMs: 60_000, longestDelayMs: 60_000 } });
    await sleep(200);
    const begun = performance.now();
    await Promise.all([watching.stop(), waiting.stop()]);
    expect(performance.now() - begun).toBeLessThan(500);
    await expect(waiting.reflector.synced()).rejects.toThrow('the test is over');
    await watching.reflector.synced();
  });
});

interface Kept {
  readonly name: string;
  readonly value: string;
}

function keep(object: KubernetesObject): Kept {
  return { name: object.metadata.name, value: (object['data'] as { value?: string } | undefined)?.value ?? '' };
}

function tell(events: readonly ReflectorEvent<Kept>[]): string[] {
  return events.map(({ type, object }) => `${type} ${object.name}=${object.value}`);
}

function proxyToServer(): Promise<TcpProxy> {
  return startTcpProxy({ host: '127.0.0.1', port: server.port });
}

async function newNamespace(): Promise<string> {
  const name = `reflected-${randomUUID().slice(0, 8)}`;
  await admin.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
  return name;
}

async function put(namespace: string, name: string, value: string): Promise<void> {
  await admin.request({
    method: 'PATCH',
    path: resourcePath(CONFIG_MAPS, { namespace, name }),
    query: { fieldManager: 'test', force: true },
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } },
  });
}

async function putMany(namespace: string, prefix: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    await admin.request({
      method: 'POST',
      path: resourcePath(CONFIG_MAPS, { namespace }),
      body: { metadata: { name: `${prefix}-${index}` }, data: { value: '1' } },
    });
  }
}

async function remove(namespace: string, name: string): Promise<void> {
  await admin.request({ method: 'DELETE', path: resourcePath(CONFIG_MAPS, { namespace, name }) });
}

/** Lets the server compact everything up to now: it keeps what is younger than one interval, and checks once in each. */
async function compacted(namespace: string): Promise<void> {
  for (let tick = 0; tick < 8; tick++) {
    await put(namespace, 'tick', String(tick));
    await sleep(1_000);
  }
}

async function allow(namespace: string): Promise<void> {
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'watch'] }];
  await admin.request({ method: 'POST', path: `${rbac}/roles`, body: { metadata: { name: 'reader' }, rules } });
  await admin.request({
    method: 'POST',
    path: `${rbac}/rolebindings`,
    body: {
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'limited' }],
    },
  });
}
