import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ACCEPTED_VALUES } from '#common/convert-scalar.ts';
import { convertValue } from '#scim-service/domain/convert-value.ts';
import type { MappingValueType } from '#common/tenant-config.ts';
import type { ScimValue } from '#scim-service/scim/scim-value.ts';

const TYPES = Object.keys(ACCEPTED_VALUES) as MappingValueType[];

const cases: { type: MappingValueType; value: ScimValue; expected: unknown }[] = [
  { type: 'String', value: { value: 'manager-id', displayName: 'M' }, expected: 'manager-id' },
  { type: 'String', value: { formatted: 'Ada Lovelace' }, expected: null },
  { type: 'String', value: [{ value: 'a' }, { value: 'b' }], expected: ['a', 'b'] },
  { type: 'Integer', value: ['1', 'x'], expected: null },
  { type: 'Reference', value: { value: '26118915' }, expected: '26118915' },
  { type: 'Reference', value: [{ value: '1' }, ['2']], expected: null },
  { type: 'Integer', value: '0042', expected: 42 },
  { type: 'Boolean', value: { value: 'True' }, expected: true },
  { type: 'StringList', value: 'a', expected: ['a'] },
  { type: 'StringList', value: 7, expected: ['7'] },
  { type: 'StringList', value: ['a', 7, { value: true }], expected: ['a', '7', 'true'] },
  { type: 'StringList', value: { value: 'a', type: 'work' }, expected: ['a'] },
  { type: 'StringList', value: [{ type: 'work' }], expected: null },
  { type: 'StringList', value: [['a']], expected: null },
];

describe('convertValue', () => {
  test.each(cases)('$type of $value is $expected', ({ type, value, expected }) => {
    expect(convertValue(value, type)).toEqual(expected);
  });

  test('converts what it gave to the same value again', () => {
    const scalar = fc.oneof(
      fc.string(),
      fc.double(),
      fc.integer(),
      fc.boolean(),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    fc.assert(
      fc.property(fc.oneof(scalar, fc.array(scalar)), fc.constantFrom(...TYPES), (value, type) => {
        const once = convertValue(value, type);
        expect(once === null ? null : convertValue(once, type)).toEqual(once);
      }),
    );
  });
});
