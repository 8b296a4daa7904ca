import { expect, test } from '@jest/globals';
import { pageRequest, WHOLE_LIST, type SearchQuery } from '#scim-service/provisioning/search/search-query.ts';

test.each<[Partial<SearchQuery>, ReturnType<typeof pageRequest>]>([
  [{}, { method: 'index', offset: 0, limit: 100 }],
  [
    { startIndex: 3, count: 5 },
    { method: 'index', offset: 2, limit: 5 },
  ],
  [
    { startIndex: 0, count: -1 },
    { method: 'index', offset: 0, limit: 0 },
  ],
  [
    { startIndex: -7, count: 0 },
    { method: 'index', offset: 0, limit: 0 },
  ],
  [{ count: 201 }, { method: 'index', offset: 0, limit: 200 }],
  [
    { startIndex: 1.9, count: 2.9 },
    { method: 'index', offset: 0, limit: 2 },
  ],
  [{ startIndex: 1e300 }, { method: 'index', offset: Number.MAX_SAFE_INTEGER - 1, limit: 100 }],
  [{ cursor: '' }, { method: 'cursor', cursor: '', limit: 100 }],
  [
    { cursor: 'x', count: 1 },
    { method: 'cursor', cursor: 'x', limit: 1 },
  ],
  [
    { cursor: 'x', count: 1000, startIndex: 5 },
    { method: 'cursor', cursor: 'x', limit: 200 },
  ],
])('%j asks for %j', (query, expected) => {
  expect(pageRequest({ ...WHOLE_LIST, ...query })).toEqual(expected);
});

test.each([0, -1])('a page of %s by cursor is refused', (count) => {
  expect(() => pageRequest({ ...WHOLE_LIST, cursor: '', count })).toThrow(
    expect.objectContaining({ status: 400, scimType: 'invalidCount', message: `count is ${count}; with a cursor it is from 1 to 200` }),
  );
});
