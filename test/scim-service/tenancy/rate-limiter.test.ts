import { describe, expect, test } from '@jest/globals';
import { RateLimiter } from '#scim-service/tenancy/rate-limiter.ts';

const takeMany = (limiter: RateLimiter, count: number, now: number): number[] => Array.from({ length: count }, () => limiter.take(now));

describe('RateLimiter', () => {
  test('admits a burst and then names the whole seconds to wait', () => {
    const limiter = new RateLimiter({ requestsPerSecond: 0.25, burst: 2 }, 0);

    expect(takeMany(limiter, 3, 0)).toEqual([0, 0, 4]);
    expect(limiter.take(3_000)).toBe(1);
    expect(limiter.take(4_000)).toBe(0);
  });

  test('fills with time up to the burst and no further', () => {
    const limiter = new RateLimiter({ requestsPerSecond: 10, burst: 3 }, 0);
    takeMany(limiter, 3, 0);

    expect(takeMany(limiter, 2, 100)).toEqual([0, 1]);
    expect(takeMany(limiter, 4, 60_000)).toEqual([0, 0, 0, 1]);
  });

  test('sustains its rate', () => {
    const limiter = new RateLimiter({ requestsPerSecond: 25, burst: 1 }, 0);
    let admitted = 0;
    for (let now = 0; now < 10_000; now += 10) if (limiter.take(now) === 0) admitted += 1;

    expect(admitted).toBeGreaterThanOrEqual(249);
    expect(admitted).toBeLessThanOrEqual(251);
  });

  test('gives nothing for a clock that is put back', () => {
    const limiter = new RateLimiter({ requestsPerSecond: 1, burst: 1 }, 10_000);
    limiter.take(10_000);

    expect(limiter.take(5_000)).toBe(1);
    expect(limiter.take(6_000)).toBe(0);
  });

  test('a changed limit gives nobody a second burst', () => {
    const limiter = new RateLimiter({ requestsPerSecond: 1, burst: 5 }, 0);
    takeMany(limiter, 5, 0);
    limiter.configure({ requestsPerSecond: 2, burst: 50 }, 0);

    expect(limiter.take(0)).toBe(1);
    expect(takeMany(limiter, 3, 1_000)).toEqual([0, 0, 1]);
  });

  test('a burst below one still admits single requests', () => {
    const limiter = new RateLimiter({ requestsPerSecond: 1, burst: 0.5 }, 0);

    expect(limiter.take(1_000)).toBe(0);
  });
});
