import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node';
import { KubernetesClient, type ClientLimits } from '#common/kubernetes/client.ts';
import { currentNamespace, loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import {
  isConflict,
  isExpired,
  isNotFound,
  KubernetesApiError,
  KubernetesUnreachableError,
  WriteRefusedError,
} from '#common/kubernetes/kubernetes-api-error.ts';
import { resourcePath, SECRETS } from '#common/kubernetes/kubernetes-object.ts';

const GET = { method: 'GET', path: '/version' } as const;

describe('KubernetesClient', () => {
  let server: Server | null = null;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function start(
    answer: (...given: Parameters<RequestListener>) => void | Promise<void>,
    user: object = { name: 'u' },
    limits: ClientLimits = {},
  ) {
    server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => sockets.add(socket));
    await once(server, 'listening');
    const config = new KubeConfig();
    const { port } = server.address() as AddressInfo;
    config.loadFromClusterAndUser({ name: 'c', server: `http://127.0.0.1:${port}/base/`, skipTLSVerify: true }, user as { name: string });
    const counted: string[] = [];
    const client = new KubernetesClient(config, { requested: (method, code) => counted.push(`${method} ${code}`) }, limits);
    return { client, counted, sockets };
  }

  test('sends JSON with a query, and gives the answer’s JSON', async () => {
    const seen: unknown[] = [];
    const { client, counted } = await start(
      async (request, response) => {
        seen.push([request.method, request.url, request.headers['content-type'], request.headers.authorization, await body(request)]);
        response.end('{"kind":"Answer"}');
      },
      { name: 'u', token: 'secret-token' },
    );
    const path = resourcePath(SECRETS, { namespace: 'team-hr', name: 'a' });
    const query = { fieldManager: 'me', force: true, absent: undefined };
    expect(await client.request({ method: 'PUT', path, query, body: { größe: 1 } })).toEqual({ kind: 'Answer' });
    expect(seen).toEqual([
      [
        'PUT',
        '/base/api/v1/namespaces/team-hr/secrets/a?fieldManager=me&force=true',
        'application/json',
        'Bearer secret-token',
        '{"größe":1}',
      ],
    ]);
    expect(counted).toEqual(['PUT 200']);
  });

  test('gives the server’s error its status, reason and message, and counts it', async () => {
    const status = { kind: 'Status', message: 'secrets "a" already exists', reason: 'AlreadyExists', code: 409 };
    const { client, counted } = await start((_, response) => void response.writeHead(409).end(JSON.stringify(status)));
    const error = await client.request(GET).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KubernetesApiError);
    expect(error).toMatchObject({
      code: 'kubernetes_api',
      status: 409,
      reason: 'AlreadyExists',
      message: 'GET /version: 409 secrets "a" already exists',
      retryAfterSeconds: null,
    });
    expect([isConflict(error), isNotFound(error), isExpired(error)]).toEqual([true, false, false]);
    expect(counted).toEqual(['GET 409']);
  });

  test('takes an error that something in the way answered, with Retry-After', async () => {
    const { client } = await start((_, response) => void response.writeHead(503, { 'retry-after': '7' }).end('<html>no</html>'));
    await expect(client.request(GET)).rejects.toMatchObject({
      status: 503,
      reason: '',
      message: 'GET /version: 503 <html>no</html>',
      retryAfterSeconds: 7,
    });
  });

  test('an answer that asks for a day of patience gets a minute', async () => {
    const { client } = await start((_, response) => void response.writeHead(429, { 'retry-after': '86400' }).end());
    await expect(client.request(GET)).rejects.toMatchObject({ status: 429, retryAfterSeconds: 60 });
  });

  test('waits for an answer that comes in slowly, however long it is, and not for one that does not go on', async () => {
    let pieces = 8;
    const { client } = await start(
      async (_, response) => {
        response.write('["');
        for (let piece = 0; piece < pieces; piece++) {
          await sleep(50);
          response.write('x');
        }
        if (pieces > 0) response.end('"]');
      },
      { name: 'u' },
      { silenceMs: 250 },
    );
    expect(await client.request(GET)).toEqual(['xxxxxxxx']);
    pieces = 0;
    await expect(client.request(GET)).rejects.toThrow('no answer within 250 ms');
  });

  test('asks right before each write whether it may be sent, a write that waits for its connection included', async () => {
    const arrived: (string | undefined)[] = [];
    let asked = 0;
    let mayWrite = true;
    const assertMayWrite = (): void => {
      asked += 1;
      if (!mayWrite) throw new Error('the lease is lost');
    };
    const { client, counted } = await start(
      async (request, response) => {
        arrived.push(`${request.method} ${await body(request)}`);
        response.end('{}');
      },
      { name: 'u' },
      { assertMayWrite },
    );
    await client.request({ method: 'PUT', path: '/version', body: 1 });
    await client.request({ method: 'DELETE', path: '/version' });
    mayWrite = false;
    await client.request(GET);
    // One over the kept connection, the others over new ones that are being made.
    const refused = [1, 2, 3].map((write) => client.request({ method: 'PATCH', path: '/version', body: write }).catch(String));
    for (const answer of await Promise.all(refused))
      expect(answer).toBe('WriteRefusedError: PATCH /base/version was not sent: the lease is lost');
    await expect(client.request({ method: 'POST', path: '/version' })).rejects.toBeInstanceOf(WriteRefusedError);
    expect(asked).toBe(6);
    expect(arrived).toEqual(['PUT 1', 'DELETE ', 'GET ']);
    expect(counted).toEqual(['PUT 200', 'DELETE 200', 'GET 200']);
    client.close();
  });

  test('gives up what is under way when its term is over, and sends nothing afterwards', async () => {
    let requests = 0;
    const term = new AbortController();
    const { client } = await start(() => void (requests += 1), { name: 'u' }, { until: term.signal });
    const underWay = client.request(GET);
    const over = new Error('the term is over');
    setTimeout(() => term.abort(over), 100);
    await expect(underWay).rejects.toBe(over);
    await expect(client.request({ method: 'PUT', path: '/version', body: {} })).rejects.toBe(over);
    expect(requests).toBe(1);
  });

  test('tells a server that is not there, and an answer that is cut off, from an error of the server', async () => {
    const { client, counted } = await start((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{', () => response.destroy());
    });
    await expect(client.request(GET)).rejects.toBeInstanceOf(KubernetesUnreachableError);
    server?.close();
    await expect(client.request(GET)).rejects.toMatchObject({ code: 'kubernetes_unreachable' });
    expect(counted.at(-1)).toBe('GET <error>');
  });

  test('rejects with the signal’s reason when it aborts', async () => {
    const { client } = await start(() => {});
    const reason = new Error('enough');
    const stop = new AbortController();
    setTimeout(() => stop.abort(reason), 50);
    await expect(client.request({ ...GET, signal: stop.signal })).rejects.toBe(reason);
    await expect(client.request({ ...GET, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('uses one connection for requests that follow one another', async () => {
    const { client, sockets } = await start((_, response) => void response.end('{}'));
    for (let index = 0; index < 5; index++) await client.request(GET);
    expect(sockets.size).toBe(1);
    client.close();
  });

  test('sends a request anew when the server closed the kept connection at that moment, but never a POST', async () => {
    let requests = 0;
    const { client, sockets } = await start((request, response) => {
      requests++;
      // The second request of a connection meets its end, as it does when the server's idle timeout strikes.
      if (requests === 2 || requests === 4) request.socket.resetAndDestroy();
      else response.end('{}');
    });
    await client.request(GET);
    expect(await client.request(GET)).toEqual({});
    expect([requests, sockets.size]).toEqual([3, 2]);
    await expect(client.request({ method: 'POST', path: '/version', body: {} })).rejects.toBeInstanceOf(KubernetesUnreachableError);
    expect(requests).toBe(4);
  });

  test('reads the service account’s token from its file, without the newline at its end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scim-token-'));
    try {
      const tokenFile = join(folder, 'token');
      await writeFile(tokenFile, 'first\n');
      const seen: unknown[] = [];
      const user = { name: 'u', authProvider: { name: 'tokenFile', config: { tokenFile } } };
      const { client } = await start((request, response) => {
        seen.push(request.headers.authorization);
        response.end('{}');
      }, user);
      await client.request(GET);
      await writeFile(tokenFile, 'second\n');
      await client.request(GET);
      expect(seen).toEqual(['Bearer first', 'Bearer first']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('loadKubeConfig', () => {
  test('takes a user’s token from its `tokenFile`, relative to the kubeconfig, and reads it anew when it was refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scim-kubeconfig-'));
    const seen: unknown[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(request.headers.authorization === 'Bearer old' && seen.length > 1 ? 401 : 200).end('{}');
    }).listen(0, '127.0.0.1');
    try {
      await once(server, 'listening');
      const file = join(folder, 'kubeconfig');
      const config = {
        clusters: [{ name: 'c', cluster: { server: urlOf(server), 'insecure-skip-tls-verify': true } }],
        users: [{ name: 'u', user: { token: 'left over', tokenFile: 'token' } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'c',
      };
      await writeFile(file, JSON.stringify(config));
      await writeFile(join(folder, 'token'), 'old');
      const client = new KubernetesClient(loadKubeConfig(file));
      await client.request(GET);
      await writeFile(join(folder, 'token'), 'new');
      await expect(client.request(GET)).rejects.toMatchObject({ status: 401 });
      await client.request(GET);
      expect(seen).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);
      client.close();
    } finally {
      server.close();
      await rm(folder, { recursive: true });
    }
  });

  test('reads one file, or several of which the first decides', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scim-kubeconfig-'));
    try {
      const write = async (name: string, namespace?: string): Promise<string> => {
        const file = join(folder, name);
        const config = {
          clusters: [{ name, cluster: { server: `https://${name}.example.com` } }],
          users: [{ name, user: { token: 't' } }],
          contexts: [{ name, context: { cluster: name, user: name, namespace } }],
          'current-context': name,
        };
        await writeFile(file, JSON.stringify(config));
        return file;
      };
      const [one, two] = [await write('one', 'team-hr'), await write('two')];
      expect(loadKubeConfig(one).getCurrentCluster()?.server).toBe('https://one.example.com');
      expect(currentNamespace(loadKubeConfig(one))).toBe('team-hr');
      expect(currentNamespace(loadKubeConfig(two))).toBe('default');
      const both = loadKubeConfig([one, two].join(delimiter));
      expect(both.getCurrentContext()).toBe('one');
      expect(both).toMatchObject({ clusters: [{ name: 'one' }, { name: 'two' }] });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('names a file that is not usable, and shows nothing of what is in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scim-kubeconfig-'));
    try {
      const broken = join(folder, 'broken');
      await writeFile(broken, 'users: [{ user: { token: secret-token }');
      let thrown: unknown;
      try {
        loadKubeConfig(broken);
      } catch (error) {
        thrown = error;
      }
      expect(String(thrown)).toMatch(`KUBECONFIG: ${JSON.stringify(broken)} is not usable; write the path of a kubeconfig`);
      expect(inspect(thrown, { depth: null })).not.toContain('secret-token');
      expect(() => loadKubeConfig(join(folder, 'none'))).toThrow('no such file');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('says what to set when no API server is known', () => {
    expect(() => loadKubeConfig(null)).toThrow('set KUBECONFIG');
  });
});

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
