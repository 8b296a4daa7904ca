import { afterEach, describe, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { once } from 'node:events';
import { Counter, Registry } from 'prom-client';
import { startProbeServer, type ProbeServer, type ProbeServerOptions } from '#common/probe-server.ts';

const started: ProbeServer[] = [];

afterEach(async () => {
  for (const server of started.splice(0)) await server[Symbol.asyncDispose]();
});

async function aProbeServer(
  overrides: Partial<ProbeServerOptions> = {},
): Promise<(path: string) => Promise<{ status: number; type: string | null; body: string }>> {
  const server = await startProbeServer({ host: '127.0.0.1', port: 0, metrics: new Registry(), ready: async () => [], ...overrides });
  started.push(server);
  return async (path) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
  };
}

test('a live program is healthy, ready or not', async () => {
  const get = await aProbeServer({ ready: async () => ['the store is away'] });
  expect(await get('/healthz')).toEqual({ status: 200, type: 'text/plain', body: 'ok\n' });
});

describe('readiness', () => {
  test('is 200 when nothing keeps the program from serving', async () => {
    const get = await aProbeServer();
    expect(await get('/readyz')).toEqual({ status: 200, type: 'text/plain', body: 'ok\n' });
  });

  test('is 503 with one line for each problem, asked anew each time', async () => {
    const problems = ['the store is away', 'no config was read'];
    const get = await aProbeServer({ ready: async () => problems });
    expect(await get('/readyz')).toEqual({ status: 503, type: 'text/plain', body: 'the store is away\nno config was read\n' });
    problems.length = 0;
    expect((await get('/readyz')).status).toBe(200);
  });

  test('is 500 when it cannot be told, and the server lives on', async () => {
    const get = await aProbeServer({ ready: () => Promise.reject(new Error('ping failed')) });
    expect(await get('/readyz')).toEqual({ status: 500, type: 'text/plain', body: 'Error: ping failed\n' });
    expect((await get('/healthz')).status).toBe(200);
  });
});

test('metrics of the registry are served in the format of Prometheus', async () => {
  const metrics = new Registry();
  new Counter({ name: 'things_total', help: 'Things.', registers: [metrics] }).inc(3);
  const get = await aProbeServer({ metrics });
  const { status, type, body } = await get('/metrics');
  expect({ status, type }).toEqual({ status: 200, type: metrics.contentType });
  expect(body).toContain('\nthings_total 3\n');
});

test('further routes answer JSON whatever the query', async () => {
  const get = await aProbeServer({ json: { '/tenants': () => [{ tenant: 'team-hr/acme' }] } });
  expect(await get('/tenants?x=1')).toEqual({ status: 200, type: 'application/json', body: '[{"tenant":"team-hr/acme"}]' });
});

test('further routes get the parameters of the query, and none where there is none', async () => {
  const get = await aProbeServer({ json: { '/echo': (query) => query.get('since') } });
  expect((await get(`/echo?since=${encodeURIComponent('boot:7?&=')}&since=other`)).body).toBe('"boot:7?&="');
  expect((await get('/echo')).body).toBe('null');
  expect((await get('/echo?%')).body).toBe('null');
});

test('a route whose answer throws is 500, and the server lives on', async () => {
  const get = await aProbeServer({
    json: {
      '/broken': () => {
        throw new Error('no report');
      },
    },
  });
  expect(await get('/broken')).toEqual({ status: 500, type: 'text/plain', body: 'Error: no report\n' });
  expect((await get('/healthz')).status).toBe(200);
});

test.each(['/', '/healthz/', '/constructor', '/__proto__'])('%s is not here', async (path) => {
  const get = await aProbeServer({ json: { '/tenants': () => [] } });
  expect(await get(path)).toEqual({ status: 404, type: 'text/plain', body: 'not here; ask /healthz, /readyz or /metrics\n' });
});

test.each(['//', 'http://[', 'constructor', '/\u0001'])('a request target that is no URL, %j, does not end the program', async (target) => {
  const get = await aProbeServer();
  const { port } = started[0]!;
  const socket = connect(port, '127.0.0.1');
  socket.end(`GET ${target} HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n`);
  const chunks: string[] = [];
  socket.on('data', (chunk) => chunks.push(String(chunk)));
  await once(socket, 'close');
  expect(chunks.join('')).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect((await get('/healthz')).status).toBe(200);
});

test('a port in use is an error when starting', async () => {
  await aProbeServer();
  await expect(aProbeServer({ port: started[0]!.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('a stopped server drops open connections and refuses new ones', async () => {
  const get = await aProbeServer();
  const idle = connect(started[0]!.port, '127.0.0.1');
  await once(idle, 'connect');
  idle.resume();
  const closed = once(idle, 'close');
  await started.pop()![Symbol.asyncDispose]();
  await closed;
  await expect(get('/healthz')).rejects.toThrow('fetch failed');
});
