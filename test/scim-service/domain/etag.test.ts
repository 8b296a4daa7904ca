import { describe, expect, test } from '@jest/globals';
import { etagOf, matchesEtag } from '#scim-service/domain/etag.ts';

describe('etag', () => {
  test('is weak and holds the version', () => {
    expect(etagOf(3)).toBe('W/"3"');
  });

  test.each([
    { name: 'the tag itself', header: 'W/"3"', expected: true },
    { name: 'the same tag without the weakness mark, as some proxies leave it', header: '"3"', expected: true },
    { name: 'the star', header: '*', expected: true },
    { name: 'a list that holds it', header: 'W/"1", W/"3"', expected: true },
    { name: 'spaces around it', header: '  W/"3" ', expected: true },
    { name: 'another version', header: 'W/"4"', expected: false },
    { name: 'a version that only starts alike', header: 'W/"33"', expected: false },
    { name: 'a list without it', header: 'W/"1","2"', expected: false },
    { name: 'a bare number, which is no entity tag', header: '3', expected: false },
    { name: 'an empty header', header: '', expected: false },
  ])('of a header, $name matches: $expected', ({ header, expected }) => {
    expect(matchesEtag(header, 3)).toBe(expected);
  });
});
