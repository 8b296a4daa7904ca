import { describe, expect, test } from '@jest/globals';
import { tenantSchemas } from '#common/scim/tenant-schemas.ts';
import { sha256Hex } from '#common/sha256-hex.ts';
import { planUserLookup } from '#scim-service/domain/plan-lookup.ts';
import type { UserLookup } from '#scim-service/domain/user-lookup.ts';
import { WHOLE_LIST, type SearchQuery } from '#scim-service/provisioning/search/search-query.ts';
import { searchResources } from '#scim-service/provisioning/search/search-resources.ts';
import type { SearchTarget } from '#scim-service/provisioning/search/search-target.ts';
import type { PageRange, ScanOptions } from '#scim-service/provisioning/store-range.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const schemas = tenantSchemas([]);

interface Numbered {
  readonly id: string;
  readonly createdAt: Date;
}

/** So many people, made as they are read; `reads` tells what of the store was used. */
function aTarget(size: number): SearchTarget<Numbered, UserLookup> & { readonly reads: string[]; pages: number } {
  const at = (index: number): Numbered => ({ id: String(index).padStart(7, '0'), createdAt: new Date(index) });
  const reads: string[] = [];
  const target = {
    reads,
    pages: 0,
    resourceType: 'User' as const,
    tenant: 'team-hr/acme' as const,
    tokenDigests: [{ sha256: sha256Hex('token'), validUntil: null }],
    schemas,
    plan: (filter: Parameters<SearchTarget<Numbered, UserLookup>['plan']>[0]) => planUserLookup(filter, schemas),
    represent: ({ id }: Numbered) => ({ id, userName: id.split('').toReversed().join('') }),
    async find(_lookup: UserLookup, { offset, limit }: PageRange) {
      reads.push(`find ${offset} ${limit}`);
      const length = Math.max(0, Math.min(limit, size - offset));
      return { totalResults: size, resources: Array.from({ length }, (_, index) => at(offset + index)) };
    },
    async *scan(_lookup: UserLookup, { after, expected }: ScanOptions) {
      reads.push(`scan ${after === null ? 'all' : `after ${after.createdAt.getTime()}`} ${expected ?? '-'}`);
      for (let from = after === null ? 0 : after.createdAt.getTime() + 1; from < size; from += 100) {
        target.pages += 1;
        yield Array.from({ length: Math.min(100, size - from) }, (_, index) => at(from + index));
      }
    },
    async findById(id: string) {
      reads.push('findById');
      return at(Number(id));
    },
    async related() {
      return new Set<string>();
    },
  };
  return target;
}

const search = (target: SearchTarget<Numbered, UserLookup>, query: Partial<SearchQuery>) =>
  searchResources(target, { ...WHOLE_LIST, ...query }, NOW);

describe('searchResources', () => {
  test('asks the store for no more than the page when a lookup says it all', async () => {
    const target = aTarget(1_000_000);
    const found = await search(target, { startIndex: 500_001, count: 2 });
    expect({ ...found, resources: found.resources.map(({ id }) => id) }).toEqual({
      totalResults: 1_000_000,
      itemsPerPage: 2,
      startIndex: 500_001,
      nextCursor: null,
      previousCursor: null,
      resources: ['0500000', '0500001'],
    });
    expect(target.reads).toEqual(['find 500000 2']);
  });

  test('lets others have their turn while a filter is slow', async () => {
    const target = aTarget(100);
    const slow = {
      ...target,
      represent(resource: Numbered) {
        for (const end = performance.now() + 3; performance.now() < end;);
        return target.represent(resource);
      },
    };
    let turns = 0;
    const others = setInterval(() => (turns += 1), 1);
    const found = await search(slow, { filter: 'userName co "7"', count: 0 });
    clearInterval(others);

    expect(found.totalResults).toBe(19);
    expect(turns).toBeGreaterThan(5);
  });

  test('goes on by cursor where the last page ended, and stops at the end of the page', async () => {
    const target = aTarget(1000);
    const first = await search(target, { cursor: '', count: 100 });
    const second = await search(target, { cursor: first.nextCursor, count: 50 });
    expect(second).toMatchObject({ totalResults: 1000, itemsPerPage: 50, startIndex: null });
    expect(second.resources[0]?.id).toBe('0000100');
    expect(target).toMatchObject({ reads: ['find 0 100', 'scan after 99 51'], pages: 1 });
  });

  test('counts all that match for a page by index', async () => {
    const found = await search(aTarget(1000), { filter: 'userName sw "7"', startIndex: 99, count: 5 });
    expect(found.totalResults).toBe(100);
    expect(found.resources.map(({ id }) => id)).toEqual(['0000987', '0000997']);
  });

  test('sorts a hundred thousand and reads again what is on the page', async () => {
    const target = aTarget(100_000);
    const found = await search(target, { sortBy: 'userName', sortOrder: 'descending', count: 3 });
    expect(found.totalResults).toBe(100_000);
    expect(found.resources.map(({ id }) => id)).toEqual(['0099999', '0089999', '0079999']);
    expect(target.reads).toEqual(['find 0 0', 'scan all -', 'findById', 'findById', 'findById']);
  });

  test('refuses to sort more, without a scan when the store can count them', async () => {
    const target = aTarget(100_001);
    const tooMany = expect.objectContaining({
      status: 400,
      scimType: 'tooMany',
      message: 'more than 100000 resources match, too many to sort; leave out sortBy, or filter for fewer',
    });
    await expect(search(target, { sortBy: 'userName' })).rejects.toThrow(tooMany);
    expect(target.reads).toEqual(['find 0 0']);
    await expect(search(target, { sortBy: 'userName', filter: 'userName pr' })).rejects.toThrow(tooMany);
    await expect(search(aTarget(100_002), { sortBy: 'userName', filter: 'userName pr and not (id eq "0000001")' })).rejects.toThrow(
      tooMany,
    );
    await expect(search(target, { sortBy: 'userName', filter: 'not (id eq "0000001")' })).resolves.toMatchObject({ totalResults: 100_000 });
  });

  test.each<[string, Partial<SearchQuery>, string, string]>([
    ['a filter that is no filter', { filter: 'userName eq' }, 'invalidFilter', `filter can't be read: a value is expected`],
    ['an unknown attribute', { filter: 'shoeSize eq 42' }, 'invalidFilter', '"shoeSize"'],
    ['an operator that the type does not have', { filter: 'active gt true' }, 'invalidFilter', 'applies "gt" to active'],
    ['a text that is no cursor', { cursor: 'next' }, 'invalidCursor', 'the cursor is not one that this service gave for this query'],
    ['an empty page by cursor', { cursor: '', count: 0 }, 'invalidCount', 'count is 0'],
    ['an attribute without an order', { sortBy: 'name' }, 'invalidValue', 'sortBy "name" has no order'],
  ])('refuses %s before it reads anything', async (_name, query, scimType, message) => {
    const target = aTarget(10);
    await expect(search(target, query)).rejects.toThrow(
      expect.objectContaining({ status: 400, scimType, message: expect.stringContaining(message) }),
    );
    expect(target.reads).toEqual([]);
  });

  test('takes a cursor for the same query only, however long its pages are', async () => {
    const target = aTarget(1000);
    const { nextCursor } = await search(target, { filter: 'userName  SW "7"', sortBy: 'id', cursor: '', count: 10 });
    const query = { filter: 'userName sw "7"', sortBy: 'ID', cursor: nextCursor };
    await expect(search(target, { ...query, count: 20 })).resolves.toMatchObject({ itemsPerPage: 20 });
    const invalid = expect.objectContaining({ scimType: 'invalidCursor' });
    await expect(search(target, { ...query, filter: 'userName sw "8"' })).rejects.toThrow(invalid);
    await expect(search(target, { ...query, sortOrder: 'descending' })).rejects.toThrow(invalid);
    await expect(search(target, { ...query, sortBy: null })).rejects.toThrow(invalid);
    await expect(search({ ...target, tenant: 'team-hr/other' }, query)).rejects.toThrow(invalid);
    await expect(search({ ...target, resourceType: 'Group' }, query)).rejects.toThrow(invalid);
  });
});
