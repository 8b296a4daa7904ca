import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { foldCase } from '#scim-service/scim/fold-case.ts';

describe('foldCase', () => {
  test.each([
    ['case', 'Ann@ACME.example', 'ann@acme.example'],
    ['case beyond ASCII', 'ŻÓŁĆ', 'żółć'],
    ['composition', 'Zoe\u0308', 'zo\u00eb'],
    ['a letter that is composed in lower case alone', 'J\u030c', '\u01f0'],
  ])('makes spellings equal that differ in %s', (_, text, key) => {
    expect(foldCase(text)).toBe(key);
  });

  test.each([
    ['an accent', 'zoe', 'zoë'],
    ['a space', 'ann ', 'ann'],
    ['a compatibility form', 'ﬁ', 'fi'],
  ])('keeps texts apart that differ in %s', (_, left, right) => {
    expect(foldCase(left)).not.toBe(foldCase(right));
  });

  test('makes no difference to what it has made, and leaves no letter from A to Z', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const key = foldCase(text);
        expect(foldCase(key)).toBe(key);
        expect(key).not.toMatch(/[A-Z]/);
      }),
    );
  });
});
