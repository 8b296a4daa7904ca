import { describe, expect, test } from '@jest/globals';
import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startHttpServer } from '#scim-service/http/server.ts';
import { bodyOf, sendRaw, statusOf } from '#test/support/raw-http.ts';
import { startScimService } from '#test/support/a-scim-service.ts';

const SCIM_ERROR = { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: expect.any(String), detail: expect.any(String) };
const HEAD = 'GET /team-hr/acme/scim/v2/Users HTTP/1.1\r\n';

describe('a request that is not HTTP', () => {
  test.each([
    ['noise', '\x00\x01\x02\x03\r\n\r\n', 400],
    ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['an unknown verb', 'GRAB / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a header without a name', `${HEAD}Host: x\r\n: y\r\n\r\n`, 400],
    ['a header with a NUL', `${HEAD}Host: x\r\nX: a\x00b\r\n\r\n`, 400],
    ['no Host', `${HEAD}\r\n`, 400],
    ['a Host that is none', `${HEAD}Host: a b/c\r\n\r\n`, 400],
    ['a Host with credentials', `${HEAD}Host: a@b\r\n\r\n`, 400],
    ['a URL without a slash at its start', 'GET Users HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a backslash in the path', 'GET /team-hr\\acme/scim/v2/Users HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['headers over 64 KiB', `${HEAD}Host: x\r\nX: ${'y'.repeat(70_000)}\r\n\r\n`, 431],
    ['two lengths', `${HEAD}Host: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`, 400],
    ['a length and chunks', `${HEAD}Host: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
    ['an unknown expectation', `${HEAD}Host: x\r\nExpect: miracles\r\n\r\n`, 417],
    ['CONNECT', 'CONNECT db:27017 HTTP/1.1\r\nHost: x\r\n\r\n', 405],
  ])('such as %j gets a SCIM error', async (_name, bytes, status) => {
    await using service = await startScimService();
    const answer = await sendRaw(service.port, Buffer.from(bytes, 'latin1'), 500);

    expect(statusOf(answer)).toBe(status);
    expect(answer.toLowerCase()).toContain('content-type: application/scim+json; charset=utf-8');
    expect(bodyOf(answer)).toEqual({ ...SCIM_ERROR, status: String(status) });
  });

  test('gets a SCIM error when its chunks are broken, and that is no failure of the service', async () => {
    await using service = await startScimService();
    const head =
      'POST /team-hr/acme/scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token\r\nTransfer-Encoding: chunked\r\n\r\n';
    const answer = await sendRaw(service.port, `${head}zz\r\n{}\r\n0\r\n\r\n`, 500);

    expect([statusOf(answer), bodyOf(answer)]).toEqual([400, { ...SCIM_ERROR, status: '400' }]);
    expect(service.tenant().window.buckets(service.clock.now())).toEqual([]);
  });

  test('gets 408 when its head or its body does not come', async () => {
    await using service = await startScimService({ server: { headersTimeout: 200, requestTimeout: 400 } });
    const [head, body] = await Promise.all([
      sendRaw(service.port, HEAD, 5_000),
      sendRaw(
        service.port,
        `POST /team-hr/acme/scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token\r\nContent-Length: 5\r\n\r\n{`,
        5_000,
      ),
    ]);

    expect([statusOf(head), bodyOf(head)]).toEqual([408, { ...SCIM_ERROR, status: '408' }]);
    expect([statusOf(body), bodyOf(body)]).toEqual([408, { ...SCIM_ERROR, status: '408' }]);
  });
});

describe('an app that throws what is no Error', () => {
  test('is answered for with a neutral 500', async () => {
    const app = {
      fetch: () => {
        // oxlint-disable-next-line typescript/only-throw-error -- that is what is tested
        throw 'a secret';
      },
    };
    await using server = await startHttpServer({ app, host: '127.0.0.1', port: 0 });
    const response = await fetch(`http://127.0.0.1:${server.port}/`);

    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
  });
});

describe('disposing the server', () => {
  test('lets running requests finish, closes idle connections and takes no new ones', async () => {
    let begun = (): void => {};
    const running = new Promise<void>((resolve) => (begun = resolve));
    const app = {
      async fetch(request: Request) {
        if (request.url.endsWith('/slow')) {
          begun();
          await sleep(300);
        }
        return new Response('done');
      },
    };
    const server = await startHttpServer({ app, host: '127.0.0.1', port: 0 });
    const agent = new Agent({ keepAlive: true });
    const ask = (path: string) =>
      new Promise<string>((resolve, reject) => {
        httpRequest({ port: server.port, host: '127.0.0.1', path, agent }, (response) => {
          response.setEncoding('utf8').on('data', (text: string) => resolve(`${text}, ${response.headers.connection}`));
        })
          .on('error', reject)
          .end();
      });
    await ask('/quick');
    const slow = ask('/slow');
    await running;
    const begin = performance.now();
    const closed = server[Symbol.asyncDispose]();

    expect(await slow).toBe('done, close');
    await closed;
    expect(performance.now() - begin).toBeLessThan(2_000);
    await expect(ask('/quick')).rejects.toThrow('ECONNREFUSED');
    agent.destroy();
  });

  test('gives up on a request that does not end', async () => {
    let begun = (): void => {};
    const running = new Promise<void>((resolve) => (begun = resolve));
    const app = {
      fetch: () => {
        begun();
        return new Promise<Response>(() => {});
      },
    };
    const server = await startHttpServer({ app, host: '127.0.0.1', port: 0, drainTimeout: 100 });
    const hanging = fetch(`http://127.0.0.1:${server.port}/`).catch((error: unknown) => error);
    await running;
    await server[Symbol.asyncDispose]();

    expect(await hanging).toMatchObject({ message: 'fetch failed' });
  });

  test('refuses a port that is taken', async () => {
    const app = { fetch: () => new Response('done') };
    await using server = await startHttpServer({ app, host: '127.0.0.1', port: 0 });

    await expect(startHttpServer({ app, host: '127.0.0.1', port: server.port })).rejects.toThrow('EADDRINUSE');
  });
});
