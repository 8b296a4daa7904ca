import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { startScimService, type ScimServiceUnderTest } from '#test/support/a-scim-service.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { sendRaw, statusOf } from '#test/support/raw-http.ts';

let service: ScimServiceUnderTest;
beforeAll(async () => {
  const rateLimit = { requestsPerSecond: 1_000_000, burst: 1_000_000 };
  service = await startScimService({ configs: [aTenantConfig({ rateLimit })] });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

describe('routing', () => {
  test.each(['/', '/team-hr', '/team-hr/acme', '/team-hr/acme/scim', '/team-hr/acme/scim/v1/Users', '/metrics', '/internal/v1/report'])(
    'answers 404 outside of a tenant’s endpoint: %s',
    async (path) => {
      const response = await fetch(`${service.origin}${path}`, { headers: { authorization: 'Bearer token' } });

      expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/scim+json; charset=utf-8']);
      expect(await response.json()).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '404' });
    },
  );

  test.each(['', '/', '/Nonsense', '/users', '/Users/a/b', '/Bulk/x', '/Users/.search/x'])(
    'answers 404 for what an endpoint lacks: %j',
    async (path) => {
      const { status, body } = await service.client.send({ method: 'GET', path });

      expect([status, body.status]).toEqual([404, '404']);
    },
  );

  test.each(['/Users/', '/Users//', '//Users', '/Groups/', '/Schemas/', '/ServiceProviderConfig/', '/ResourceTypes/User/'])(
    'takes slashes too many: %s',
    async (path) => {
      expect((await service.client.send({ method: 'GET', path })).status).toBe(200);
    },
  );

  test.each([
    ['/Users', 'GET, HEAD, POST'],
    ['/Users/id-1', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['/Groups', 'GET, HEAD, POST'],
    ['/Groups/id-1', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['/Users/.search', 'POST'],
    ['/Groups/.search', 'POST'],
    ['/.search', 'POST'],
    ['/Bulk', 'POST'],
    ['/Schemas', 'GET, HEAD'],
    ['/Schemas/x', 'GET, HEAD'],
    ['/ResourceTypes', 'GET, HEAD'],
    ['/ResourceTypes/x', 'GET, HEAD'],
    ['/ServiceProviderConfig', 'GET, HEAD'],
  ])('answers 405 to any other method on %s and allows %s', async (path, allow) => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'].filter((other) => !allow.includes(other))) {
      const { status, body, headers } = await service.client.send({ method, path: `${path}/` });
      expect([method, status, body.status, headers.get('allow')]).toEqual([method, 405, '405', allow]);
    }
  });

  test('decodes an id once', async () => {
    const { status, body } = await service.client.send({ method: 'GET', path: '/Users/a%2Fb%20%25' });

    expect([status, body.detail]).toEqual([404, 'User "a/b %" does not exist in this tenant']);
  });
});

describe('whatever bytes come', () => {
  const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];
  const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array).toString('latin1'));
  const line = bytes.map((text) => text.replaceAll(/[\r\n]/g, ''));

  /** What is not 2xx, 3xx or 4xx counts, no answer included. */
  const isServed = async (request: string): Promise<boolean> => {
    const status = statusOf(await sendRaw(service.port, Buffer.from(request, 'latin1'), 2_000));
    return status >= 200 && status < 500;
  };

  test('as the target of a request, the answer is never 5xx', async () => {
    const target = fc.oneof(
      line,
      line.map((text) => `/team-hr/acme/scim/v2/Users/${text}`),
      line.map((text) => `/team-hr/acme/scim/v2/Users?filter=${text}&count=${text}`),
      fc.string({ unit: 'binary' }).map((text) => `/team-hr/acme/scim/v2/Users?filter=${encodeLoosely(text)}`),
      fc.string({ unit: 'binary' }).map((text) => `/team-hr/acme/scim/v2/Schemas/${encodeLoosely(text)}?attributes=${encodeLoosely(text)}`),
      fc.stringMatching(/^(%[0-9A-Fa-f]{2}|%|[/.?&=a-z]){0,30}$/).map((text) => `/team-hr/acme/scim/v2/Users/${text}`),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...METHODS.filter((method) => method !== 'POST' && method !== 'PUT' && method !== 'PATCH')),
        target,
        async (method, path) => {
          expect(await isServed(`${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token\r\nConnection: close\r\n\r\n`)).toBe(
            true,
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  test('as headers, the answer is never 5xx', async () => {
    const name = fc.constantFrom(
      'Host',
      'Authorization',
      'Content-Type',
      'Content-Encoding',
      'If-Match',
      'If-None-Match',
      'X-Request-Id',
      'Expect',
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...METHODS), fc.array(fc.tuple(name, line), { maxLength: 4 }), async (method, headers) => {
        const lines = headers.map(([header, value]) => `${header}: ${value}\r\n`).join('');
        expect(
          await isServed(
            `${method} /team-hr/acme/scim/v2/Users/id HTTP/1.1\r\n${lines}Host: x\r\nAuthorization: Bearer token\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
          ),
        ).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  const names = fc.constantFrom(
    'schemas', 'userName', 'emails', 'name', 'title', 'active', 'manager', 'Operations', 'op', 'path', 'value', '__proto__', 'constructor',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', 'emails[type eq "work"].value', 'name.givenName',
  ); // prettier-ignore
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<unknown>('replace', 'Add', 'remove', 'work', 'emails[type eq "work"]', 'members', ''),
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(names, fc.string({ maxLength: 5 })), tie('json'), { maxKeys: 5 }),
    ),
  }));

  test.each([
    'POST /Users',
    'PUT /Users/id-1',
    'PATCH /Users/id-1',
    'POST /Groups',
    'PUT /Groups/id-2',
    'PATCH /Groups/id-2',
    'POST /.search',
    'POST /Users/.search',
    'POST /Bulk',
  ])('as the body of %s, the answer is never 5xx', async (route) => {
    const [method = '', path = ''] = route.split(' ');
    await service.client.send({ method: 'POST', path: '/Users', body: { userName: 'ada', emails: [{ type: 'work', value: 'a@b' }] } });
    await service.client.send({ method: 'PUT', path: '/Groups/id-2', body: { displayName: 'Crowd', members: [{ value: 'id-1' }] } });
    const body = fc.oneof(
      fc.uint8Array().map((array): string | Uint8Array<ArrayBuffer> => new Uint8Array(array)),
      json.map((value) => JSON.stringify(value)),
      json.map((value) => JSON.stringify({ userName: 'ada', emails: [{ type: 'work', value: 'a@b' }], name: value, title: value })),
      fc.array(fc.dictionary(fc.constantFrom('op', 'path', 'value'), json)).map((operations) => JSON.stringify({ Operations: operations })),
      fc
        .array(
          fc.record({
            method: fc.constantFrom('POST', 'PATCH', 'delete', ''),
            path: fc.constantFrom('/Users', '/Groups/x', 'bulkId:x'),
            data: json,
          }),
        )
        .map((operations) => JSON.stringify({ Operations: operations })),
      fc
        .dictionary(fc.constantFrom('filter', 'sortBy', 'sortOrder', 'count', 'startIndex', 'cursor', 'attributes', 'displayName'), json)
        .map((search) => JSON.stringify(search)),
    );
    await fc.assert(
      fc.asyncProperty(body, async (sent) => {
        const response = await fetch(`${service.client.baseUrl}${path}`, {
          method,
          headers: { authorization: 'Bearer token' },
          body: new Blob([sent]),
        });
        const text = await response.text();
        expect([response.status, text.slice(0, 300)]).toEqual([expect.any(Number), expect.any(String)]);
        expect(response.status).toBeLessThan(500);
        expect(response.headers.get('content-type')).toBe('application/scim+json; charset=utf-8');
      }),
      { numRuns: 400 },
    );
  });
});

describe('what would take a careless service long', () => {
  const patch = (...operations: readonly object[]): string => JSON.stringify({ Operations: operations });
  const open = (bracket: string): string => bracket.repeat(5_000);
  const filters: readonly (readonly [name: string, filter: string])[] = [
    ['10,000 characters of one word', `title co "${'a'.repeat(9_980)}"`],
    ['a pattern that backtracks', `title co "${'(a+)+'.repeat(1_500)}$"`],
    ['many conditions', Array.from({ length: 400 }, (_, index) => `emails co "a${index}"`).join(' or ')],
    ['many value paths', Array.from({ length: 250 }, (_, index) => `emails[value co "a${index}"]`).join(' or ')],
    ['50 levels', `${'not ('.repeat(49)}title pr${')'.repeat(49)}`],
    ['5,000 levels', `${open('(')}title pr`],
    ['5,000 value paths in one another', 'emails['.repeat(1_400)],
    ['a long number', `title eq ${'9'.repeat(9_900)}`],
    ['a long name', `${'a'.repeat(9_900)} pr`],
    ['a name of many parts', `${'a.'.repeat(4_900)}a pr`],
    ['a URN of many parts', `${'urn:a:'.repeat(1_600)}1.0 pr`],
    ['many escapes', `title eq "${String.raw`\u0041`.repeat(1_600)}"`],
    ['many combining marks', `title eq "${'\u0344'.repeat(9_900)}"`],
    ['much space', `title${' '.repeat(9_900)}pr`],
    ['many quotes', '"'.repeat(9_900)],
    ['many backslashes', '\\'.repeat(9_900)],
  ];
  const bodies: readonly (readonly [name: string, body: string])[] = [
    ['a deep list', open('[')],
    ['a deep object', `{"a":`.repeat(5_000)],
    ['a deep value', `{"Operations":[{"op":"add","value":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}]}`],
    ['a long path', patch({ op: 'add', path: 'a'.repeat(100_000), value: 1 })],
    ['a path of many brackets', patch({ op: 'add', path: `emails${open('[')}`, value: 1 })],
    ['a path of many filters', patch({ op: 'remove', path: `emails[${'value co "a" or '.repeat(600)}type eq "b"]` })],
    ['a path of many parts', patch({ op: 'add', path: 'a.'.repeat(50_000), value: 1 })],
    ['a key of many parts', patch({ op: 'add', value: { ['a.'.repeat(50_000)]: 1 } })],
    ['many unknown keys', patch({ op: 'add', value: Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, 1])) })],
    ['a long number', patch({ op: 'add', path: 'title', value: '9'.repeat(100_000) })],
    ['a long text for a Boolean', patch({ op: 'add', path: 'active', value: 'true'.repeat(50_000) })],
    ['many lone surrogates', `{"Operations":[{"op":"add","path":"title","value":"${String.raw`\ud800`.repeat(10_000)}"}]}`],
  ];

  /** Of five tries, because the machine has other things to do as well. */
  async function leastMilliseconds(send: () => Promise<{ readonly status: number }>): Promise<number> {
    let least = Infinity;
    for (let attempt = 0; attempt < 5 && least >= 100; attempt += 1) {
      const begun = performance.now();
      expect((await send()).status).toBeLessThan(500);
      least = Math.min(least, performance.now() - begun);
    }
    return least;
  }

  test.each(filters)('is answered in less than 100 ms as a filter: %s', async (_name, filter) => {
    await service.client.send({ method: 'POST', path: '/Users', body: { userName: 'ada', emails: [{ type: 'work', value: 'a@b' }] } });
    const query = `filter=${encodeLoosely(filter)}`;

    expect(await leastMilliseconds(() => service.client.send({ method: 'GET', path: '/Users', query }))).toBeLessThan(100);
  });

  test.each(['attributes', 'excludedAttributes'])('is answered in less than 100 ms as a list: %s of 4,000 names', async (parameter) => {
    const people = Array.from({ length: 200 }, (_, index) => ({
      method: 'POST',
      path: '/Users',
      bulkId: `${index}`,
      data: { userName: `crowd-${index}`, emails: [{ type: 'work', value: 'a@b' }] },
    }));
    await service.client.send({ method: 'POST', path: '/Bulk', body: { Operations: people } });
    const query = `count=200&${parameter}=${Array.from({ length: 4_000 }, (_, index) => `a${index}.b`).join(',')}`;

    expect(await leastMilliseconds(() => service.client.send({ method: 'GET', path: '/Users', query }))).toBeLessThan(100);
  });

  test.each(bodies)('is answered in less than 100 ms as a body: %s', async (_name, body) => {
    await service.client.send({ method: 'POST', path: '/Users', body: { userName: 'ada', emails: [{ type: 'work', value: 'a@b' }] } });

    expect(await leastMilliseconds(() => service.client.send({ method: 'PATCH', path: '/Users/id-1', body }))).toBeLessThan(100);
  });
});

/** encodeURIComponent that takes lone surrogates too. */
function encodeLoosely(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
