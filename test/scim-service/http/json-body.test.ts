import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { startScimService, type ScimServiceUnderTest } from '#test/support/a-scim-service.ts';
import { sendRaw } from '#test/support/raw-http.ts';
import { waitUntil } from '#test/support/wait-until.ts';
import { explained } from '#test/support/explained.ts';

let service: ScimServiceUnderTest;
beforeAll(async () => {
  service = await startScimService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

async function post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  // A Blob without a type keeps fetch from adding one.
  const response = await fetch(`${service.client.baseUrl}/Users`, {
    method: 'POST',
    headers: { authorization: 'Bearer token', ...headers },
    body: new Blob([body]),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

let people = 0;
const person = (): string => JSON.stringify({ userName: `person-${++people}`, emails: [{ type: 'work', value: 'a@b' }] });

describe('content types', () => {
  test.each([
    'application/scim+json',
    'application/json',
    'application/scim+json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'Application/SCIM+JSON ; Charset=utf8 ; version=2',
    'application/json; charset=us-ascii',
    '',
  ])('%j is accepted', async (type) => {
    const { status, headers } = await post(person(), { 'content-type': type });

    expect(status).toBe(201);
    expect(headers.get('content-type')).toBe('application/scim+json; charset=utf-8');
  });

  test('no type at all is accepted when the body is JSON, and says so when it is not', async () => {
    expect((await post(person())).status).toBe(201);
    expect((await post('userName=ada')).body).toMatchObject({ status: '400', scimType: 'invalidSyntax' });
  });

  test.each([
    ['text/plain', 'content type "text/plain" is not understood; send application/scim+json or application/json'],
    ['application/x-www-form-urlencoded', expect.stringContaining('"application/x-www-form-urlencoded"')],
    ['multipart/form-data; boundary=x', expect.any(String)],
    ['application/jsonx', expect.any(String)],
    ['application/json; charset=utf-16', 'charset "utf-16" is not understood; send UTF-8'],
  ])('%s is answered with 415', async (type, detail) => {
    const { status, body } = await post(person(), { 'content-type': type });

    expect([status, body['status'], body['detail']]).toEqual([415, '415', detail]);
  });
});

describe('content encodings', () => {
  test.each<[string, (text: string) => Buffer]>([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['identity', (text) => Buffer.from(text)],
    ['', (text) => Buffer.from(text)],
  ])('a body as %j is understood', async (coding, encode) => {
    const sent = person();
    const { status, body } = await post(new Uint8Array(encode(sent)), { 'content-encoding': coding });

    expect([status, body['userName']]).toEqual([201, JSON.parse(sent).userName]);
  });

  test.each(['br', 'gzip, gzip', 'constructor'])('%s is answered with 415 that names what is understood', async (coding) => {
    const { status, headers, body } = await post(person(), { 'content-encoding': coding });

    expect([status, headers.get('accept-encoding'), body['status']]).toEqual([415, 'gzip, deflate', '415']);
  });

  test.each<[string, string, Uint8Array<ArrayBuffer>]>([
    ['gzip', 'plain text', new TextEncoder().encode('{"userName":"a"}')],
    ['gzip', 'nothing', new Uint8Array()],
    ['gzip', 'half of it', new Uint8Array(gzipSync('{"userName":"a"}').subarray(0, 20))],
    ['deflate', 'plain text', new TextEncoder().encode('{"userName":"a"}')],
  ])('a body as %s that is %s is answered with 400', async (coding, _what, bytes) => {
    const { status, body } = await post(bytes, { 'content-encoding': coding });

    expect([status, body['scimType'], body['detail']]).toEqual([
      400,
      'invalidSyntax',
      explained(`the body is not ${coding}, though its Content-Encoding says so`, 'InvalidSyntax'),
    ]);
  });

  test.each(['gzip', 'deflate'])('a small body as %s that becomes too large is answered with 413', async (coding) => {
    const text = `{"userName":"${'a'.repeat(50_000_000)}"}`;
    const bytes = coding === 'gzip' ? gzipSync(text) : deflateSync(text);
    expect(bytes.length).toBeLessThan(100_000);
    const { status, body } = await post(new Uint8Array(bytes), { 'content-encoding': coding });

    expect([status, body['detail']]).toEqual([413, explained('the body is too large; at most 1048576 bytes are accepted', 'TooLarge')]);
  });
});

describe('a body that is not JSON', () => {
  test.each([
    ['', 'the body is empty; send a JSON object'],
    [' \n', 'the body is empty; send a JSON object'],
    ['{"userName": "a",}', 'the body is not JSON: "}" is not expected at position 17 (line 1, column 18)'],
    ['{\n  "userName": "a"\n  "x": 1}', 'the body is not JSON: "\\"" is not expected at position 22 (line 3, column 3)'],
    ['{"userName": "a"', 'the body is not JSON: the end is not expected at position 16 (line 1, column 17)'],
    ['<html>😀</html>', 'the body is not JSON: "<" is not expected at position 0 (line 1, column 1)'],
    ['{"a":😀}', 'the body is not JSON: "😀" is not expected at position 5 (line 1, column 6)'],
  ])('%j is answered with 400 invalidSyntax that says where', async (text, detail) => {
    const { status, body } = await post(text, { 'content-type': 'application/scim+json' });

    expect([status, body]).toEqual([
      400,
      {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '400',
        scimType: 'invalidSyntax',
        detail: explained(detail, 'InvalidSyntax'),
      },
    ]);
  });

  test.each(['[]', '"text"', '7', 'null', 'true'])('%s is answered with 400, for it is no object', async (text) => {
    const { status, body } = await post(text);

    expect([status, body['scimType']]).toEqual([400, 'invalidSyntax']);
  });

  test('bytes that are not UTF-8 are refused and not stored as something else', async () => {
    const bytes = Buffer.from('{"userName":"_"}', 'latin1');
    bytes[13] = 0xe9;
    const { status, body } = await post(new Uint8Array(bytes));

    expect([status, body['scimType'], body['detail']]).toEqual([
      400,
      'invalidSyntax',
      explained('the body is not UTF-8; JSON is sent as UTF-8', 'InvalidSyntax'),
    ]);
  });

  test('a mark of byte order in front of it is passed over', async () => {
    expect((await post(`\uFEFF${person()}`)).status).toBe(201);
  });

  test('nesting without end is refused', async () => {
    for (const text of ['['.repeat(500_000), `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`]) {
      expect((await post(text)).status).toBe(400);
    }
  });
});

test('a client that goes away in the middle of its body is nobody’s failure', async () => {
  await using own = await startScimService();
  const head = 'POST /team-hr/acme/scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token\r\n';
  await sendRaw(own.port, `${head}Content-Length: 100\r\n\r\n{"userName":`, 50);
  await sendRaw(own.port, `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"use\r\n`, 50);
  await waitUntil(() => own.log.length === 2, { what: 'the log of both requests' });

  expect(own.log.map(({ status, level, failure }) => [status, level, failure])).toEqual([
    [400, 'info', undefined],
    [400, 'info', undefined],
  ]);
  expect(own.tenant().window.buckets(own.clock.now())).toEqual([]);
});
