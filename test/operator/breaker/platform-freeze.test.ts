import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { isPlatformFailure, joinFreezes, nextFreeze } from '#operator/breaker/platform-freeze.ts';

const table: { tenants: number; wanting: number; failure: boolean; reason: string }[] = [
  { tenants: 0, wanting: 0, failure: false, reason: 'nobody is there' },
  { tenants: 4, wanting: 4, failure: false, reason: 'fewer than 5, though all of them' },
  { tenants: 5, wanting: 5, failure: true, reason: '5 of 5' },
  { tenants: 49, wanting: 4, failure: false, reason: 'fewer than 5' },
  { tenants: 49, wanting: 5, failure: true, reason: '5, and more than a tenth' },
  { tenants: 50, wanting: 5, failure: false, reason: 'a tenth is not more than a tenth' },
  { tenants: 60, wanting: 6, failure: false, reason: 'a tenth' },
  { tenants: 60, wanting: 7, failure: true, reason: 'more than a tenth' },
  { tenants: 10_000, wanting: 1_000, failure: false, reason: 'a tenth of many' },
  { tenants: 10_000, wanting: 1_001, failure: true, reason: 'more than a tenth of many' },
];
test.each(table)('$wanting of $tenants: a failure of the platform is $failure ($reason)', ({ failure, ...wishes }) => {
  expect(isPlatformFailure(wishes)).toBe(failure);
});

test('a freeze begins once, lasts while many fail, and ends by itself', () => {
  const many = { tenants: 60, wanting: 7 };
  const begun = nextFreeze(null, many, '2026-11-24T06:00:00Z');
  expect(begun).toEqual({ since: '2026-11-24T06:00:00Z', told: [] });
  expect(nextFreeze(begun, many, '2026-11-24T06:05:00Z')).toBe(begun);
  expect(nextFreeze(begun, { tenants: 60, wanting: 6 }, '2026-11-24T06:06:00Z')).toBeNull();
});

test('more who want to trip never end a freeze, and more who are well never begin one', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.nat(500), fc.nat(500), (fine, wanting, more) => {
      const failure = isPlatformFailure({ tenants: fine + wanting, wanting });
      if (failure) expect(isPlatformFailure({ tenants: fine + wanting + more, wanting: wanting + more })).toBe(true);
      else expect(isPlatformFailure({ tenants: fine + wanting + more, wanting })).toBe(false);
    }),
  );
});

test('what statuses say of one failure is put together: its first moment, and everybody who was told', () => {
  const early = { since: '2026-11-24T06:00:00Z', told: ['b'] };
  const late = { since: '2026-11-24T06:00:05Z', told: ['a', 'b'] };
  expect(joinFreezes(late, early)).toEqual({ since: '2026-11-24T06:00:00Z', told: ['a', 'b'] });
  expect(joinFreezes(null, late)).toBe(late);
  expect(joinFreezes(null, null)).toBeNull();
});
