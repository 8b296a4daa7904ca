import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { sameJson } from '#scim-service/domain/same-json.ts';
import type { ScimValue } from '#scim-service/scim/scim-value.ts';

describe('sameJson', () => {
  test.each<[ScimValue, ScimValue, boolean]>([
    [{ a: 1, b: [true] }, { b: [true], a: 1 }, true],
    [['a', 'b'], ['b', 'a'], false],
    [[1], [1, 2], false],
    [[], {}, false],
    [{ 0: 'a' }, ['a'], false],
    [{ a: 1 }, { b: 1 }, false],
    [{ a: 1 }, { a: 1, b: 1 }, false],
    [{ toString: 'x' }, {}, false],
    ['1', 1, false],
  ])('of %j and %j is %s', (left, right, expected) => {
    expect(sameJson(left, right)).toBe(expected);
    expect(sameJson(right, left)).toBe(expected);
  });

  test('agrees with canonical JSON text', () => {
    const json = fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes('null')) as fc.Arbitrary<ScimValue>;
    fc.assert(
      fc.property(json, json, (left, right) => {
        // Through JSON, which has no -0.
        const [one, other] = [JSON.parse(JSON.stringify(left)), JSON.parse(JSON.stringify(right))] as [ScimValue, ScimValue];
        expect(sameJson(one, structuredClone(one))).toBe(true);
        if (JSON.stringify(one) === JSON.stringify(other)) expect(sameJson(one, other)).toBe(true);
      }),
    );
  });
});
