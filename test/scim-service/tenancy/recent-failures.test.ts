import { expect, test } from '@jest/globals';
import { RECENT_FAILURES, type RecentFailure } from '#common/pod-report.ts';
import { RecentFailures } from '#scim-service/tenancy/recent-failures.ts';

const failure = (minute: number): RecentFailure => ({
  time: `2026-11-24T10:${String(minute).padStart(2, '0')}:00.000Z`,
  operation: 'POST User',
  subject: null,
  reason: 'InvalidValue',
  message: 'A value does not fit',
});

test('there are none at first', () => {
  expect(new RecentFailures().list()).toEqual([]);
});

test('the newest come first, and the oldest go when there are too many', () => {
  const failures = new RecentFailures();
  for (let minute = 0; minute < RECENT_FAILURES + 3; minute++) failures.record(failure(minute));

  expect(failures.list()).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map(failure));
});

test('a list that was given stays as it was', () => {
  const failures = new RecentFailures();
  failures.record(failure(1));
  const before = failures.list();
  failures.record(failure(2));

  expect(before).toEqual([failure(1)]);
});
