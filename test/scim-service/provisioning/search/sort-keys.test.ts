import { describe, expect, test } from '@jest/globals';
import { compileSort, type SortEntry } from '#scim-service/provisioning/search/sort-keys.ts';
import type { ScimObject } from '#scim-service/scim/scim-value.ts';
import { CUSTOM, ENTERPRISE, SCHEMAS_WITH_TAGS, TAGS } from '#test/support/user-schemas.ts';

const ALICE: ScimObject = {
  id: 'B5F2',
  userName: 'Alice@example.com',
  active: true,
  title: '',
  name: { givenName: 'Zo\u00eb' },
  emails: [
    { type: 'home', value: 'home@example.com' },
    { type: 'work', value: 'Work@example.com', primary: true },
  ],
  phoneNumbers: [{ type: 'work', value: '2' }, { value: '1' }],
  meta: { created: '2026-03-01T10:00:00.000Z', lastModified: '2026-03-01T11:00:00.000Z' },
  [ENTERPRISE]: { manager: { value: 'M1' } },
  [CUSTOM]: { badge: 4711, onSite: false, hiredAt: '2026-03-01T11:00:00+01:00', site: 'https://acme.example/HQ' },
  [TAGS]: { tags: ['Red', 'green'] },
};

const sorted = (sortBy: string, sortOrder: 'ascending' | 'descending' = 'ascending') =>
  compileSort({ sortBy, sortOrder }, SCHEMAS_WITH_TAGS);

describe('compileSort', () => {
  test.each([
    ['userName', 'alice@example.com'],
    ['USERNAME', 'alice@example.com'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName', 'alice@example.com'],
    ['id', 'B5F2'],
    ['active', true],
    ['title', null],
    ['displayName', null],
    ['name.givenName', 'zo\u00eb'],
    ['emails', 'work@example.com'],
    ['emails.value', 'work@example.com'],
    ['emails.type', 'work'],
    ['emails.display', null],
    ['emails[type eq "home"].value', 'home@example.com'],
    ['emails[type eq "other"]', null],
    ['phoneNumbers', '2'],
    ['manager', 'm1'],
    ['meta.lastModified', Date.parse('2026-03-01T11:00:00Z')],
    [`${CUSTOM}:badge`, 4711],
    [`${CUSTOM}:onSite`, false],
    [`${CUSTOM}:hiredAt`, Date.parse('2026-03-01T10:00:00Z')],
    [`${CUSTOM}:site`, 'https://acme.example/HQ'],
    [`${CUSTOM}:constructor`, null],
    [`${TAGS}:tags`, 'red'],
  ])('by %s has the key %j', (sortBy, key) => {
    expect(sorted(sortBy)?.keyOf(ALICE)).toBe(key);
  });

  // As a resource may hold them after the mapping gave the attribute another type.
  test.each([
    ['hiredAt', '10'],
    ['hiredAt', '2026-02-30'],
    ['hiredAt', 10],
    ['badge', '10'],
    ['onSite', 'true'],
    ['site', 10],
  ])('by %s, which is another type than its value %j, has no key', (name, value) => {
    expect(sorted(`${CUSTOM}:${name}`)?.keyOf({ [CUSTOM]: { [name]: value } })).toBeNull();
  });

  test.each([
    ['shoeSize', 'sortBy "shoeSize" is not an attribute of this resource type; GET /Schemas lists them'],
    ['name', 'sortBy "name" has no order; sort by one of its sub-attributes, such as name.formatted'],
    ['meta', 'sortBy "meta" has no order'],
    ['groups', 'sortBy "groups" has no order; memberships are listed as they are'],
    ['groups.value', 'memberships'],
    ['two words', `sortBy "two words" can't be read`],
  ])('by %s is refused', (sortBy, message) => {
    expect(() => sorted(sortBy)).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidValue', message: expect.stringContaining(message) }),
    );
  });

  test('by creation is no sort, unless the newest come first', () => {
    expect(compileSort({ sortBy: null, sortOrder: 'descending' }, SCHEMAS_WITH_TAGS)).toBeNull();
    expect(sorted('meta.created')).toBeNull();
    expect(sorted('meta.created', 'descending')?.keyOf(ALICE)).toBe(Date.parse('2026-03-01T10:00:00Z'));
  });

  test('has one name for one order, however it was written', () => {
    expect(sorted('USERNAME')?.name).toBe(sorted('userName')?.name);
    expect(sorted('userName', 'descending')?.name).not.toBe(sorted('userName')?.name);
    expect(sorted('department')?.name).toBe(sorted(`${ENTERPRISE}:department`)?.name);
  });

  test('holds the first 200 units of a long text and no more', () => {
    const sort = sorted('displayName');
    expect(sort?.keyOf({ displayName: 'A'.repeat(10_000) })).toBe('a'.repeat(200));
    expect(sort?.keyOf({ displayName: `${'\u{1f600}'.repeat(100)}x` })).toBe('\u{1f600}'.repeat(100));
  });
});

describe('compare', () => {
  const entries: readonly SortEntry[] = [
    { key: null, createdAt: 1, id: 'a' },
    { key: 'b', createdAt: 2, id: 'b' },
    { key: 'a', createdAt: 4, id: 'e' },
    { key: 'a', createdAt: 3, id: 'd' },
    { key: 'a', createdAt: 3, id: 'c' },
    { key: null, createdAt: 0, id: 'f' },
  ];

  test.each([
    ['ascending', ['c', 'd', 'e', 'b', 'f', 'a']],
    ['descending', ['b', 'c', 'd', 'e', 'f', 'a']],
  ] as const)('%s: what is equal is in the order of creation, and what is absent comes last', (sortOrder, ids) => {
    expect(entries.toSorted(sorted('userName', sortOrder)!.compare).map(({ id }) => id)).toEqual(ids);
  });
});
