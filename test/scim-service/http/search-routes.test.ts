import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CORE_GROUP_URN, CORE_USER_URN } from '#common/scim/schema.ts';
import { startScimService, type ScimServiceUnderTest } from '#test/support/a-scim-service.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import type { ScimAnswer, ScimBody } from '#test/support/scim-client.ts';
import { explained } from '#test/support/explained.ts';

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

let service: ScimServiceUnderTest;
beforeAll(async () => {
  service = await startScimService({ configs: [aTenantConfig({ rateLimit: { requestsPerSecond: 1_000, burst: 1_000 } })] });
  for (const userName of ['cleo', 'ada', 'ben']) {
    await service.client.send({
      method: 'POST',
      path: '/Users',
      body: { userName, emails: [{ type: 'work', value: `${userName}@acme.example` }] },
    });
  }
  for (const displayName of ['Zoo', 'Band']) {
    await service.client.send({ method: 'POST', path: '/Groups', body: { displayName, members: [{ value: 'id-1' }] } });
    service.clock.advance(1_000);
  }
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const search = (path: string, body: object): Promise<ScimAnswer> =>
  service.client.send({ method: 'POST', path, body: { schemas: [SEARCH], ...body } });
const names = ({ body }: ScimAnswer): string[] => body.Resources.map((each: ScimBody) => each.userName ?? each.displayName);

describe('POST /Users/.search', () => {
  test('answers as GET does', async () => {
    const query = 'filter=userName+sw+%22a%22&attributes=userName,emails.value&sortBy=userName&startIndex=1&count=5';
    const get = await service.client.send({ method: 'GET', path: '/Users', query });
    const post = await search('/Users/.search/', {
      filter: 'userName sw "a"',
      attributes: ['userName', 'emails.value'],
      sortBy: 'userName',
      startIndex: 1,
      count: 5,
    });

    expect([post.status, post.body]).toEqual([200, get.body]);
    expect(post.body.Resources).toEqual([
      { schemas: [CORE_USER_URN], id: 'id-2', userName: 'ada', emails: [{ value: 'ada@acme.example' }] },
    ]);
  });

  test.each([
    ['names of members in any case', { SORTBY: 'userName', SortOrder: 'DESCENDING' }, ['cleo', 'ben', 'ada']],
    ['numbers and lists as text', { count: '1', startIndex: ' 2 ', excludedAttributes: 'meta, emails' }, ['ada']],
    ['numbers beyond all bounds', { count: 1e300, startIndex: -1e20 }, ['cleo', 'ada', 'ben']],
    ['nulls and empty texts', { filter: null, sortBy: '', cursor: null, count: null, attributes: null }, ['cleo', 'ada', 'ben']],
    ['what it does not know', { nonsense: { deep: [1] } }, ['cleo', 'ada', 'ben']],
  ])('takes %s', async (_what, body, expected) => {
    expect(names(await search('/Users/.search', body))).toEqual(expected);
  });

  test('pages by cursor', async () => {
    const first = await search('/Users/.search', { cursor: '', count: 2 });
    const second = await search('/Users/.search', { cursor: first.body.nextCursor, count: 2 });

    expect([names(first), names(second), second.body.nextCursor]).toEqual([['cleo', 'ada'], ['ben'], undefined]);
  });

  test.each([
    [{ filter: 7 }, 'invalidSyntax', explained('"filter" is 7, but text is expected', 'InvalidSyntax')],
    [
      { attributes: [7] },
      'invalidSyntax',
      explained('"attributes" is a list of 1 value, but a list of attribute names is expected', 'InvalidSyntax'),
    ],
    [{ count: [] }, 'invalidSyntax', explained('"count" is a list of 0 values, but a whole number is expected', 'InvalidSyntax')],
    [{ cursor: 7 }, 'invalidSyntax', explained('"cursor" is 7, but text is expected', 'InvalidSyntax')],
    [{ count: 1.5 }, 'invalidCount', explained('count is "1.5"; write a whole number', 'PageSize')],
    [{ startIndex: 'first' }, 'invalidValue', explained('startIndex is "first"; write a whole number', 'InvalidValue')],
    [{ sortOrder: 'up' }, 'invalidValue', explained('sortOrder is "up"; write ascending or descending', 'InvalidValue')],
    [{ filter: 'userName eq' }, 'invalidFilter', expect.stringContaining('(at the end)')],
    [{ cursor: 'x' }, 'invalidCursor', expect.any(String)],
  ])('answers 400 to %j with scimType %s', async (body, scimType, detail) => {
    const answer = await search('/Users/.search', body);

    expect([answer.status, answer.body.scimType, answer.body.detail]).toEqual([400, scimType, detail]);
  });

  test.each(['[]', '"x"', '7'])('answers 400 to the body %s', async (body) => {
    const answer = await service.client.send({ method: 'POST', path: '/Users/.search', body });

    expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidSyntax']);
  });
});

test('POST /Groups/.search answers as GET does', async () => {
  const get = await service.client.send({ method: 'GET', path: '/Groups', query: 'filter=displayName+co+%22o%22' });
  const post = await search('/Groups/.search', { filter: 'displayName co "o"' });

  expect(post.body).toEqual(get.body);
  expect(post.body.Resources).toMatchObject([{ displayName: 'Zoo', members: [{ value: 'id-1' }] }]);
});

describe('POST /.search', () => {
  test('finds people first and then groups, with the sum of both as the total', async () => {
    const answer = await search('/.search', {});

    expect(answer.body).toMatchObject({ schemas: [LIST], totalResults: 5, startIndex: 1, itemsPerPage: 5 });
    expect(names(answer)).toEqual(['cleo', 'ada', 'ben', 'Zoo', 'Band']);
    expect(answer.body.Resources[0]).toMatchObject({ schemas: [CORE_USER_URN], groups: [{ type: 'direct' }, { type: 'direct' }] });
    expect(answer.body.Resources[3]).toMatchObject({ schemas: [CORE_GROUP_URN], members: [{ value: 'id-1', type: 'User' }] });
  });

  test.each([
    [1, 2, ['cleo', 'ada']],
    [3, 2, ['ben', 'Zoo']],
    [4, 10, ['Zoo', 'Band']],
    [5, 1, ['Band']],
    [6, 10, []],
    [1, 0, []],
  ])('gives from %d on %d of them', async (startIndex, count, expected) => {
    const answer = await search('/.search', { startIndex, count });

    expect(names(answer)).toEqual(expected);
    expect(answer.body).toMatchObject({ totalResults: 5, startIndex, itemsPerPage: expected.length });
  });

  test('pages by cursor, each page of one type', async () => {
    const pages: string[][] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const answer: ScimAnswer = await search('/.search', { cursor, count: 2, excludedAttributes: ['members'] });
      expect([answer.status, answer.body.totalResults, answer.body.startIndex]).toEqual([200, 5, undefined]);
      pages.push(names(answer));
      cursor = answer.body.nextCursor;
    }

    expect(pages).toEqual([['cleo', 'ada'], ['ben'], ['Zoo', 'Band']]);
  });

  test('begins with groups where nobody is found', async () => {
    const answer = await search('/.search', { cursor: '', filter: 'displayName pr' });

    expect([names(answer), answer.body.totalResults, answer.body.nextCursor]).toEqual([['Zoo', 'Band'], 2, undefined]);
  });

  test.each([
    ['meta.resourceType eq "Group"', ['Zoo', 'Band']],
    ['userName eq "ada"', ['ada']],
    ['displayName eq "zoo" or userName eq "ben"', ['ben', 'Zoo']],
    ['members.value eq "id-1"', ['Zoo', 'Band']],
    ['not (userName pr)', ['Zoo', 'Band']],
    ['userName eq "ada" and displayName eq "zoo"', []],
    ['meta.created gt "2026-11-24T10:00:00.500Z"', ['Band']],
  ])('filters by %s', async (filter, expected) => {
    expect(names(await search('/.search', { filter }))).toEqual(expected);
  });

  test('sorts each type by what it has', async () => {
    expect(names(await search('/.search', { sortBy: 'userName' }))).toEqual(['ada', 'ben', 'cleo', 'Zoo', 'Band']);
    expect(names(await search('/.search', { sortBy: 'id', sortOrder: 'descending' }))).toEqual(['ben', 'ada', 'cleo', 'Band', 'Zoo']);
  });

  test.each([
    [{ filter: 'nonsense eq 1' }, 'invalidFilter'],
    [{ filter: 'userName zz 1' }, 'invalidFilter'],
    [{ sortBy: 'nonsense' }, 'invalidValue'],
    [{ cursor: 'nonsense' }, 'invalidCursor'],
    [{ cursor: '', count: 0 }, 'invalidCount'],
  ])('answers 400 to %j with scimType %s', async (body, scimType) => {
    const answer = await search('/.search', body);

    expect([answer.status, answer.body.scimType]).toEqual([400, scimType]);
  });

  test('finds no groups of a tenant that has none', async () => {
    await using own = await startScimService({ configs: [aTenantConfig({ groups: { enabled: false } })] });
    const { status, body } = await own.client.send({ method: 'POST', path: '/.search', body: {} });

    expect([status, body.totalResults]).toEqual([200, 0]);
  });
});

test('a search counts and is logged as the read that it is, under its own route', async () => {
  await using own = await startScimService();
  for (const path of ['/.search', '/Users/.search/', '/Groups/.search']) await own.client.send({ method: 'POST', path, body: {} });

  expect(own.tenant().activity).toMatchObject({ lastSuccessAt: own.clock.now(), lastWriteAt: null });
  expect(own.log.map(({ level, route }) => [level, route])).toEqual([
    ['debug', '/.search'],
    ['debug', '/Users/.search'],
    ['debug', '/Groups/.search'],
  ]);
});
