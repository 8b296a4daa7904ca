import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { instantOf } from '#scim-service/scim/filter/instant.ts';

test.each([
  ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000Z'],
  ['2026-03-01t10:00:00z', '2026-03-01T10:00:00.000Z'],
  ['2026-03-01T10:00:00.1234567Z', '2026-03-01T10:00:00.123Z'],
  ['2026-03-01T10:00:00.5', '2026-03-01T10:00:00.500Z'],
  ['2026-03-01T10:00', '2026-03-01T10:00:00.000Z'],
  ['2026-03-01', '2026-03-01T00:00:00.000Z'],
  ['2026-03-01T10:00:00+05:30', '2026-03-01T04:30:00.000Z'],
  ['2026-03-01T10:00:00-0130', '2026-03-01T11:30:00.000Z'],
  ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
])('%s is %s', (text, expected) => {
  expect(new Date(instantOf(text)!).toISOString()).toBe(expected);
});

test.each(['', 'yesterday', '2026', '2026-02-30', '2026-13-01', '2026-03-01T25:00:00Z', '2026-03-01 10:00:00Z', '1772359200000'])(
  '%j is no point in time',
  (text) => {
    expect(instantOf(text)).toBeNull();
  },
);

test('what a Date writes is read as that moment', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true, min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z') }), (date) => {
      expect(instantOf(date.toISOString())).toBe(date.getTime());
    }),
  );
});
