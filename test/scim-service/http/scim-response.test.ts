import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import { startScimService, type ScimServiceUnderTest } from '#test/support/a-scim-service.ts';
import { sendRaw } from '#test/support/raw-http.ts';

let service: ScimServiceUnderTest;
beforeAll(async () => {
  service = await startScimService();
  for (let n = 0; n < 20; n += 1) {
    const person = { userName: `person-${n}`, title: 'Zoë', emails: [{ type: 'work', value: `person-${n}@acme.example` }] };
    await service.client.send({ method: 'POST', path: '/Users', body: person });
  }
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Head in lower case, and bytes of the body as they came. */
async function raw(path: string, headers: string, method = 'GET'): Promise<{ head: string; body: Buffer }> {
  const answer = await sendRaw(
    service.port,
    `${method} /team-hr/acme/scim/v2${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token\r\n${headers}Connection: close\r\n\r\n`,
  );
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  return { head: head.toLowerCase(), body: Buffer.from(rest.join('\r\n\r\n'), 'latin1') };
}

describe('a long answer', () => {
  test('is compressed for who accepts gzip, with the length that it has then', async () => {
    const plain = await raw('/Users', '');
    const packed = await raw('/Users', 'Accept-Encoding: deflate, gzip, br\r\n');

    expect(packed.head).toContain('\r\ncontent-encoding: gzip');
    expect(packed.head).toContain(`\r\ncontent-length: ${packed.body.length}`);
    expect(packed.head).toContain('\r\nvary: accept-encoding');
    expect(packed.head).toContain('\r\ncontent-type: application/scim+json; charset=utf-8');
    expect(packed.body.length).toBeLessThan(plain.body.length / 4);
    expect(gunzipSync(packed.body)).toEqual(plain.body);
    expect(JSON.parse(plain.body.toString()).Resources[0].title).toBe('Zoë');
  });

  test.each(['', 'Accept-Encoding: br\r\n', 'Accept-Encoding: gzip;q=0\r\n'])(
    'is sent as it is with %j, and varies all the same',
    async (headers) => {
      const { head, body } = await raw('/Users', headers);

      expect(head).not.toContain('content-encoding');
      expect(head).toContain('\r\nvary: accept-encoding');
      expect(head).toContain(`\r\ncontent-length: ${body.length}`);
    },
  );

  test.each(['', 'Accept-Encoding: gzip\r\n'])('has the same head for HEAD with %j', async (headers) => {
    const withoutChanging = (head: string): string => head.replaceAll(/\r\n(x-request-id|date): [^\r]*/g, '');
    const get = await raw('/Users', headers);
    const head = await raw('/Users', headers, 'HEAD');

    expect(head.body.length).toBe(0);
    expect(withoutChanging(head.head).split('\r\n').toSorted()).toEqual(withoutChanging(get.head).split('\r\n').toSorted());
  });
});

test('a short answer is not worth it', async () => {
  const { head, body } = await raw('/Users/id-1', 'Accept-Encoding: gzip\r\n');

  expect(head).not.toContain('content-encoding');
  expect(head).not.toContain('vary');
  expect(JSON.parse(body.toString())).toMatchObject({ id: 'id-1' });
});
