import { expect, test } from '@jest/globals';
import { tripWish } from '#operator/reconcile/breaker-input.ts';
import { anOpenBreaker } from '#test/support/a-tenant.ts';
import { anObserved, NOW, stored } from '#test/support/an-observed.ts';

const MINUTE = 60_000;

test.each([
  { name: 'tripped within its window', opened: NOW - 39 * MINUTE, expected: 'Wants' },
  { name: 'tripped before it', opened: NOW - 41 * MINUTE, expected: 'Off' },
  { name: 'tripped by another machine’s clock', opened: NOW + MINUTE, expected: 'Wants' },
  { name: 'tripped a day from now, since the clock was set back', opened: NOW + 24 * 60 * MINUTE, expected: 'Off' },
])('a tenant that $name counts as $expected for a failure of the platform', ({ opened, expected }) => {
  const breaker = anOpenBreaker({ openedAt: new Date(opened).toISOString() });
  expect(tripWish(anObserved({ tenant: stored({}, { breaker }) }))).toBe(expected);
});
