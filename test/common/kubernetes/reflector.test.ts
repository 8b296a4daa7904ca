import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import { SECRETS } from '#common/kubernetes/kubernetes-object.ts';
import { Reflector } from '#common/kubernetes/reflector.ts';
import { createLogger } from '#common/logger.ts';
import { waitUntil } from '#test/support/wait-until.ts';

/** What a real API server does rarely or only after minutes; the rest is in reflector.kubernetes.test.ts. */
describe('Reflector and the rare answers of an API server', () => {
  let server: Server | null = null;
  let stop = new AbortController();
  let running = Promise.resolve();
  afterEach(async () => {
    stop.abort();
    await running;
    server?.closeAllConnections();
    server?.close();
  });

  /** Answers the n-th request as the n-th step says, and the last one to all that follow. */
  async function start(steps: readonly ((response: ServerResponse) => void)[], longestDelayMs = 20) {
    const requests: URLSearchParams[] = [];
    server = createServer((request: IncomingMessage, response) => {
      requests.push(new URL(request.url ?? '', 'http://server').searchParams);
      const step = steps[Math.min(requests.length, steps.length) - 1];
      if (step) step(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const config = new KubeConfig();
    const { port } = server.address() as AddressInfo;
    config.loadFromClusterAndUser({ name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true }, { name: 'u' });
    const told: string[] = [];
    const reflector = new Reflector<string>({
      client: new KubernetesClient(config),
      resource: SECRETS,
      namespaces: null,
      transform: ({ metadata }) => metadata.name,
      logger: createLogger({ program: 'test', level: 'silent' }),
      timings: { firstDelayMs: 10, longestDelayMs },
    });
    reflector.onEvent(({ type, object, origin }) => told.push(`${type} ${object} by ${origin}`));
    stop = new AbortController();
    running = reflector.run(stop.signal);
    return { reflector, told, requests };
  }

  test('a watch goes on from the last bookmark', async () => {
    const { requests } = await start([
      list('5', ['a']),
      watch([{ type: 'BOOKMARK', object: { kind: 'Secret', metadata: { resourceVersion: '77', creationTimestamp: null } } }]),
      hang,
    ]);
    await waitUntil(() => requests.length === 3, { what: 'the second watch' });
    expect(requests.map((query) => [query.get('watch'), query.get('resourceVersion')])).toEqual([
      [null, null],
      ['true', '5'],
      ['true', '77'],
    ]);
    expect(requests[1]?.get('allowWatchBookmarks')).toBe('true');
    expect(Number(requests[1]?.get('timeoutSeconds'))).toBeGreaterThanOrEqual(240);
    expect(Number(requests[1]?.get('timeoutSeconds'))).toBeLessThanOrEqual(360);
  });

  test('an ERROR event of 410 in the middle of a watch leads to a new list, which tells what went missing', async () => {
    const { told, reflector } = await start([
      list('5', ['a', 'b']),
      watch([event('ADDED', 'c', '6'), { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } }]),
      list('9', ['b', 'c']),
      hang,
    ]);
    await waitUntil(() => told.length === 4, { what: 'the new list' });
    expect(told).toEqual(['Added a by list', 'Added b by list', 'Added c by watch', 'Deleted a by list']);
    expect(reflector.list()).toEqual(['b', 'c']);
  });

  test('an ERROR event of another kind resumes the watch', async () => {
    const { requests } = await start([
      list('5', []),
      watch([{ type: 'ERROR', object: { kind: 'Status', code: 500, message: 'etcd leader changed' } }]),
      hang,
    ]);
    await waitUntil(() => requests.length === 3, { what: 'the second watch' });
    expect(requests[2]?.get('resourceVersion')).toBe('5');
  });

  test('when the server forgets a list between two pages, the whole list comes instead and objects that went are told', async () => {
    const { told, requests, reflector } = await start([
      list('5', ['a', 'goes'], 'next'),
      fail(410, 'Expired'),
      list('8', ['a', 'b']),
      hang,
    ]);
    await reflector.synced();
    expect(told).toEqual(['Added a by list', 'Added goes by list', 'Added b by list', 'Deleted goes by list']);
    expect(requests.slice(0, 3).map((query) => [query.get('limit'), query.get('continue')])).toEqual([
      ['500', null],
      ['500', 'next'],
      [null, null],
    ]);
  });

  test('a list that fails between two pages is not taken for the whole', async () => {
    const { told, reflector } = await start([
      list('5', ['a'], 'next'),
      fail(500, 'InternalError'),
      list('8', ['a'], 'next'),
      list('8', ['b']),
      hang,
    ]);
    await reflector.synced();
    expect(told).toEqual(['Added a by list', 'Added b by list']);
  });

  test('a resource version that the server has not reached, after its store was put back, leads to a new list', async () => {
    const { requests } = await start([
      list('500', []),
      fail(504, 'Timeout', 'Timeout: Too large resource version: 500, current: 20'),
      list('20', []),
      hang,
    ]);
    await waitUntil(() => requests.length === 4, { what: 'the watch after the new list' });
    expect(requests[3]?.get('resourceVersion')).toBe('20');
  });

  test('an event comes whole, however the bytes are cut, and a last half line is dropped', async () => {
    const line = Buffer.from(`${JSON.stringify(event('ADDED', 'größe-€', '6'))}\n`);
    const { told, requests } = await start([
      list('5', []),
      (response) => {
        const bytes = [...line, ...Buffer.from('{"type":"ADD')];
        const next = (index: number): void => {
          if (index === bytes.length) response.destroy();
          else response.write(Buffer.from([bytes[index] ?? 0]), () => setImmediate(next, index + 1));
        };
        next(0);
      },
      hang,
    ]);
    await waitUntil(() => requests.length === 3, { what: 'the second watch' });
    expect(told).toEqual(['Added größe-€ by watch']);
    expect(requests[2]?.get('resourceVersion')).toBe('6');
  });

  test('a server that asks for patience (429, Retry-After) is given it', async () => {
    const { requests } = await start([fail(429, 'TooManyRequests', 'busy', { 'retry-after': '1' }), list('5', []), hang], 5_000);
    const begun = performance.now();
    await waitUntil(() => requests.length === 3, { what: 'the list' });
    expect(performance.now() - begun).toBeGreaterThan(900);
  });

  test('a server that asks for more patience than there is after other failures is asked all the same', async () => {
    const { requests } = await start([fail(429, 'TooManyRequests', 'busy', { 'retry-after': '60' }), list('5', []), hang]);
    await waitUntil(() => requests.length === 3, { what: 'the list' });
    expect(requests[2]?.get('watch')).toBe('true');
  });

  test('a server that ends each watch at once is not asked in a tight loop', async () => {
    const { requests } = await start([list('5', []), watch([])]);
    await waitUntil(() => requests.length >= 3, { what: 'two watches' });
    const before = requests.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    // With delays of 10 to 20 ms, 200 ms have room for 20.
    expect(requests.length - before).toBeLessThanOrEqual(25);
  });

  test('a watch that is cut after each event is not opened again in a tight loop', async () => {
    const { requests } = await start([list('5', []), watch([event('ADDED', 'a', '6')])]);
    await waitUntil(() => requests.length >= 3, { what: 'two watches' });
    const before = requests.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    // With delays of 5 to 10 ms, 200 ms have room for 40; without any there would be hundreds.
    expect(requests.length - before).toBeLessThanOrEqual(45);
  });
});

function list(resourceVersion: string, names: readonly string[], next?: string) {
  return (response: ServerResponse): void => {
    const items = names.map((name) => ({ metadata: { name, namespace: 'ns', uid: name, resourceVersion: '1' } }));
    response.end(JSON.stringify({ kind: 'SecretList', metadata: { resourceVersion, continue: next }, items }));
  };
}

function event(type: string, name: string, resourceVersion: string) {
  return { type, object: { metadata: { name, namespace: 'ns', uid: name, resourceVersion: name === 'c' ? '1' : resourceVersion } } };
}

function watch(events: readonly object[]) {
  return (response: ServerResponse): void => {
    response.end(events.map((each) => `${JSON.stringify(each)}\n`).join(''));
  };
}

function hang(response: ServerResponse): void {
  response.flushHeaders();
}

function fail(code: number, reason: string, message = reason, headers: Record<string, string> = {}) {
  return (response: ServerResponse): void => {
    response.writeHead(code, headers).end(JSON.stringify({ kind: 'Status', code, reason, message }));
  };
}
