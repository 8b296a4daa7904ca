import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeKeys, encodeKeys } from '#scim-service/persistence/mongo/key-encoding.ts';

const NAMES = fc.oneof(
  fc.string({ unit: fc.constantFrom('%', '.', '$', '2', '4', 'E', 'a', '\0', '_') }),
  fc.string(),
  fc.constant('_bsontype'),
);
const JSON_OBJECTS = fc
  .object({ key: NAMES, maxDepth: 4, values: [fc.string(), fc.double({ noNaN: true }), fc.boolean()] })
  .map((value) => value as Record<string, string>);

describe('encodeKeys', () => {
  test.each([
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', 'urn:ietf:params:scim:schemas:extension:enterprise:2%2E0:User'],
    ['$ref', '%24ref'],
    ['a$b', 'a$b'],
    ['100%', '100%25'],
    ['%2E', '%252E'],
    ['nul\0', 'nul%00'],
    ['_bsontype', '%5Fbsontype'],
    ['_bsontypes', '_bsontypes'],
    ['userName', 'userName'],
    ['', ''],
  ])('makes of the name %j the name %j', (name, encoded) => {
    expect(Object.keys(encodeKeys({ [name]: 1 }))).toEqual([encoded]);
  });

  test('changes names at each depth and no value', () => {
    expect(encodeKeys({ a: [{ 'b.c': '$d.e%' }, [{ $f: { '.': '.' } }]] })).toStrictEqual({
      a: [{ 'b%2Ec': '$d.e%' }, [{ '%24f': { '%2E': '.' } }]],
    });
  });

  test('gives names that MongoDB takes as they are, and decodeKeys undoes it', () => {
    fc.assert(
      fc.property(JSON_OBJECTS, (value) => {
        const encoded = encodeKeys(value);
        for (const name of namesIn(encoded)) expect(name).not.toMatch(/[.\0]|^\$|^_bsontype$/);
        expect(decodeKeys(encoded)).toStrictEqual(value);
      }),
    );
  });
});

function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(namesIn);
  return Array.isArray(value) ? inner : [...Object.keys(value), ...inner];
}
