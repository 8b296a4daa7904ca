import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startScimService, type ScimServiceUnderTest } from '#test/support/a-scim-service.ts';
import { bodyOf, sendRaw, statusOf } from '#test/support/raw-http.ts';
import { explained } from '#test/support/explained.ts';

const MEBIBYTE = 1024 * 1024;
let service: ScimServiceUnderTest;
beforeAll(async () => {
  service = await startScimService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const person = (bytes: number): string => {
  const head = '{"userName":"large","emails":[{"type":"work","value":"a@b"}],"nickName":"';
  return `${head}${'x'.repeat(bytes - head.length - 2)}"}`;
};

describe('limits of a request', () => {
  test('a body of 1 MiB is taken and one of a byte more is answered with 413', async () => {
    const taken = await service.client.send({ method: 'POST', path: '/Users', body: person(MEBIBYTE) });
    const refused = await service.client.send({ method: 'POST', path: '/Users', body: person(MEBIBYTE + 1) });

    expect(taken.status).toBe(201);
    expect([refused.status, refused.body]).toEqual([
      413,
      {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '413',
        detail: explained('the body is too large; at most 1048576 bytes are accepted', 'TooLarge'),
      },
    ]);
  });

  test('a body of unknown length is read up to 1 MiB', async () => {
    const send = async (bytes: number) => {
      const response = await fetch(`${service.client.baseUrl}/Users`, {
        method: 'POST',
        headers: { authorization: 'Bearer token' },
        body: new Blob([person(bytes).replace('large', `large-${bytes}`).slice(0, bytes)]).stream(),
        duplex: 'half',
      });
      return [response.status, ((await response.json()) as { detail?: string }).detail];
    };

    expect(await send(70_000)).toEqual([400, expect.stringContaining('the end is not expected at position 70000')]);
    expect(await send(MEBIBYTE + 1)).toEqual([413, explained('the body is too large; at most 1048576 bytes are accepted', 'TooLarge')]);
  });

  test('a body is refused by its announced length, before it is sent and whoever sends it', async () => {
    const head = `POST /team-hr/acme/scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: ${MEBIBYTE + 1}\r\n\r\n`;
    const answer = await sendRaw(service.port, head);

    expect(statusOf(answer)).toBe(413);
    expect(bodyOf(answer)).toMatchObject({ status: '413' });
  });

  test.each(['announced', 'in chunks'])('a body of 12 MiB, %s, is thrown away, and its connection takes the next request', async (kind) => {
    const head = (length: string): string =>
      `POST /team-hr/acme/scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token\r\n${length}\r\n\r\n`;
    const bytes = 12 * MEBIBYTE;
    const body = 'x'.repeat(bytes);
    const request =
      kind === 'announced'
        ? `${head(`Content-Length: ${bytes}`)}${body}`
        : `${head('Transfer-Encoding: chunked')}${bytes.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    const answer = await sendRaw(service.port, `${request}${head('Content-Length: 2')}{}`);

    expect([...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status)).toEqual(['413', '400']);
  });

  test('a body that does not end is cut off behind its answer', async () => {
    await using strict = await startScimService({ server: { drainRequestTimeout: 200 } });
    const head = `POST /team-hr/acme/scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: ${1024 * MEBIBYTE}\r\n\r\nx`;
    const quiet = 20_000;
    const started = performance.now();

    expect(statusOf(await sendRaw(strict.port, head, quiet))).toBe(413);
    expect(performance.now() - started).toBeLessThan(quiet);
  });

  test('a filter of more than 10,000 characters is answered with 400 invalidFilter', async () => {
    const filter = (length: number): string => `userName eq "${'é'.repeat(length - 14)}"`;
    const query = (length: number): string => `filter=${encodeURIComponent(filter(length))}`;
    const taken = await service.client.send({ method: 'GET', path: '/Users', query: query(10_000) });
    const refused = await service.client.send({ method: 'GET', path: '/Users', query: query(10_001) });

    expect(taken.status).toBe(200);
    expect([refused.status, refused.body.scimType, refused.body.detail]).toEqual([
      400,
      'invalidFilter',
      explained('the filter has 10001 characters; at most 10000 are accepted', 'InvalidFilter'),
    ]);
  });
});
