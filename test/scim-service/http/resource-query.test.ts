import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { startScimService, type ScimServiceUnderTest } from '#test/support/a-scim-service.ts';
import type { ScimBody } from '#test/support/scim-client.ts';

let service: ScimServiceUnderTest;

beforeEach(async () => {
  service = await startScimService();
});

afterEach(async () => {
  await service[Symbol.asyncDispose]();
});

async function createPeople(titles: readonly (string | null)[]): Promise<void> {
  for (const [index, title] of titles.entries()) {
    service.clock.advance(1_000);
    const emails = [{ type: 'work', value: `user-${index + 1}@acme.example` }];
    const body = { userName: `user-${index + 1}`, emails, ...(title === null ? {} : { title }) };
    expect((await service.client.send({ method: 'POST', path: '/Users', body })).status).toBe(201);
  }
}

async function list(query: string): Promise<ScimBody> {
  const { status, body } = await service.client.send({ method: 'GET', path: '/Users', query });
  expect(status).toBe(200);
  return body;
}

const names = ({ Resources }: ScimBody): string[] => Resources.map(({ userName }: { userName: string }) => userName);

describe('a list', () => {
  test.each([
    ['filter=title+co+%22b%22', ['user-1', 'user-3']],
    ['filter=not+(title+pr)', ['user-4']],
    ['filter=title+eq+%22a%22+or+title+eq+null', ['user-2', 'user-4']],
    ['filter=nickName+pr', []],
    ['filter=meta.created+gt+%222026-11-24T10:00:02Z%22', ['user-3', 'user-4']],
    ['sortBy=title', ['user-2', 'user-1', 'user-3', 'user-4']],
    ['sortBy=title&sortOrder=descending', ['user-1', 'user-3', 'user-2', 'user-4']],
    ['sortBy=TITLE&sortOrder=Descending&filter=title+pr&startIndex=2&count=1', ['user-3']],
    ['sortBy=meta.created&sortOrder=descending', ['user-4', 'user-3', 'user-2', 'user-1']],
    ['sortOrder=descending', ['user-1', 'user-2', 'user-3', 'user-4']],
    ['sortBy=&sortOrder=', ['user-1', 'user-2', 'user-3', 'user-4']],
  ])('asked for %s holds %j', async (query, expected) => {
    await createPeople(['B', 'a', 'b', null]);
    expect(names(await list(query))).toEqual(expected);
  });

  test('by cursor is walked to its end and back', async () => {
    await createPeople(['a', 'b', 'c', 'd', 'e']);
    const first = await list('cursor&count=2&attributes=userName');
    expect(first).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 5,
      itemsPerPage: 2,
      nextCursor: expect.stringMatching(/^[A-Za-z0-9_-]+$/),
      Resources: [expect.objectContaining({ userName: 'user-1' }), expect.objectContaining({ userName: 'user-2' })],
    });
    const second = await list(`cursor=${first.nextCursor}&count=2`);
    const third = await list(`cursor=${second.nextCursor}&count=2`);
    expect([names(second), names(third)]).toEqual([['user-3', 'user-4'], ['user-5']]);
    expect(third).not.toHaveProperty('nextCursor');
    expect(third).not.toHaveProperty('startIndex');
    const back = await list(`cursor=${third.previousCursor}&count=2`);
    expect(names(back)).toEqual(['user-3', 'user-4']);
  });

  test('by cursor has to be walked within ten minutes', async () => {
    await createPeople(['a', 'b', 'c']);
    const { nextCursor } = await list('cursor&count=1');
    service.clock.advance(600_000);
    const { status, body } = await service.client.send({ method: 'GET', path: '/Users', query: `cursor=${nextCursor}` });
    expect([status, body.scimType]).toEqual([400, 'expiredCursor']);
  });

  test.each([
    ['cursor=nonsense', 'invalidCursor'],
    ['cursor&count=0', 'invalidCount'],
    ['cursor&count=-1', 'invalidCount'],
    ['cursor&count=ten', 'invalidCount'],
    ['sortBy=shoeSize', 'invalidValue'],
    ['sortBy=name', 'invalidValue'],
    ['sortBy=userName&sortOrder=up', 'invalidValue'],
  ])('asked for %s is refused as %s', async (query, scimType) => {
    const { status, body } = await service.client.send({ method: 'GET', path: '/Users', query });
    expect([status, body.status, body.scimType]).toEqual([400, '400', scimType]);
  });

  test('is an answer or a refusal whatever is asked', async () => {
    await createPeople(['a', null]);
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', 'userName', 'emails[type eq "work"].value', '-1', 'title pr', 'descending'),
    );
    const query = fc.dictionary(
      fc.constantFrom('filter', 'sortBy', 'sortOrder', 'count', 'startIndex', 'cursor', 'attributes', 'excludedAttributes'),
      text,
    );
    await fc.assert(
      fc.asyncProperty(query, async (parameters) => {
        service.clock.advance(1_000);
        const { status } = await service.client.send({ method: 'GET', path: '/Users', query: new URLSearchParams(parameters).toString() });
        expect([200, 400]).toContain(status);
      }),
      { numRuns: 300 },
    );
  });
});
