import { describe, expect, test } from '@jest/globals';
import { CORE_USER_SCHEMA } from '#common/scim/user-schema.ts';
import { readScalar } from '#scim-service/scim/resource/read-scalar.ts';

describe('readScalar', () => {
  test.each([
    ['a name cut within an emoji', 'Ada \ud83d', 'Ada \ufffd'],
    ['a whole emoji', 'Ada \ud83d\ude00', 'Ada \ud83d\ude00'],
    ['a NUL and a composition', 'Zoe\u0308\u0000', 'Zoe\u0308\u0000'],
  ])('keeps text that each store can keep: %s', (_, sent, kept) => {
    expect(readScalar(CORE_USER_SCHEMA.attributes[0]!, sent)).toBe(kept);
  });
});
