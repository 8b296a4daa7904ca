import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { convertScalar, type Scalar, type ScalarType } from '#common/convert-scalar.ts';

const TYPES: readonly ScalarType[] = ['String', 'Integer', 'Decimal', 'Boolean', 'DateTime', 'Reference'];

const cases: { type: ScalarType; value: Scalar; expected: Scalar | null }[] = [
  { type: 'String', value: 'Ada', expected: 'Ada' },
  { type: 'String', value: 42, expected: '42' },
  { type: 'String', value: true, expected: 'true' },
  { type: 'Integer', value: 42, expected: 42 },
  { type: 'Integer', value: '42', expected: 42 },
  { type: 'Integer', value: ' 0042 ', expected: 42 },
  { type: 'Integer', value: '-7', expected: -7 },
  { type: 'Integer', value: '-0', expected: 0 },
  { type: 'Integer', value: '42.5', expected: null },
  { type: 'Integer', value: 42.5, expected: null },
  { type: 'Integer', value: '0x1f', expected: null },
  { type: 'Integer', value: '', expected: null },
  { type: 'Integer', value: '9007199254740993', expected: null },
  { type: 'Integer', value: true, expected: null },
  { type: 'Decimal', value: '1.5', expected: 1.5 },
  { type: 'Decimal', value: '.5', expected: 0.5 },
  { type: 'Decimal', value: '1e3', expected: 1000 },
  { type: 'Decimal', value: '1e999', expected: null },
  { type: 'Decimal', value: '1,5', expected: null },
  { type: 'Decimal', value: 'Infinity', expected: null },
  { type: 'Boolean', value: 'True', expected: true },
  { type: 'Boolean', value: 'FALSE', expected: false },
  { type: 'Boolean', value: false, expected: false },
  { type: 'Boolean', value: 'yes', expected: null },
  { type: 'Boolean', value: 1, expected: null },
  { type: 'DateTime', value: '2026-01-31T08:00:00Z', expected: '2026-01-31T08:00:00.000Z' },
  { type: 'DateTime', value: '2026-01-31t08:00:00.1234567z', expected: '2026-01-31T08:00:00.123Z' },
  { type: 'DateTime', value: '2026-01-31T08:00:00+02:00', expected: '2026-01-31T06:00:00.000Z' },
  { type: 'DateTime', value: '2026-01-31T08:00+0200', expected: '2026-01-31T06:00:00.000Z' },
  { type: 'DateTime', value: '2026-01-31T08:00:00', expected: '2026-01-31T08:00:00.000Z' },
  { type: 'DateTime', value: '2026-01-31', expected: '2026-01-31T00:00:00.000Z' },
  { type: 'DateTime', value: '2026-04-31', expected: null },
  { type: 'DateTime', value: '2026-01-31T25:00:00Z', expected: null },
  { type: 'DateTime', value: '1/31/2026 8:00:00 AM', expected: null },
  { type: 'DateTime', value: '', expected: null },
  { type: 'DateTime', value: 20_260_131, expected: null },
  { type: 'Reference', value: 'https://example.com/u/1', expected: 'https://example.com/u/1' },
  { type: 'Reference', value: 5, expected: null },
];

describe('convertScalar', () => {
  test.each(cases)('$type of $value is $expected', ({ type, value, expected }) => {
    expect(convertScalar(value, type)).toBe(expected);
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
      fc.property(scalar, fc.constantFrom(...TYPES), (value, type) => {
        const once = convertScalar(value, type);
        expect(once === null ? null : convertScalar(once, type)).toBe(once);
      }),
    );
  });
});
