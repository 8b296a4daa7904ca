import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { DeactivationLimit } from '#common/tenant-config.ts';
import { addDeactivation, currentCounts, waveOf, type DeactivationCounts } from '#scim-service/domain/deactivation-wave.ts';

const WINDOW = 600_000;
const START = 1_800_000_000_000;

function sumOf({ buckets }: DeactivationCounts): number {
  return buckets.reduce((sum, { count }) => sum + count, 0);
}

/** Asks for one deactivation after the other and does those that are within the limit. @returns times of those that were done */
function run(times: readonly number[], limit: DeactivationLimit, people: number): { done: number[]; counts: DeactivationCounts | null } {
  let counts: DeactivationCounts | null = null;
  const done: number[] = [];
  for (const now of times) {
    const current: DeactivationCounts = currentCounts(counts, { epoch: 1, now, windowMilliseconds: WINDOW }) ?? {
      epoch: 1,
      people,
      buckets: [],
    };
    const next = addDeactivation(current, now);
    if (waveOf(next, limit) !== null) continue;
    counts = next;
    done.push(now);
  }
  return { done, counts };
}

const limits: fc.Arbitrary<DeactivationLimit> = fc.oneof(
  fc.record({ kind: fc.constant('Count' as const), count: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ kind: fc.constant('Percent' as const), percent: fc.integer({ min: 1, max: 100 }) }),
);
const times = fc
  .array(fc.integer({ min: 0, max: 3 * WINDOW }), { maxLength: 60 })
  .map((offsets) => offsets.map((offset) => START + offset));

function mostOf(limit: DeactivationLimit, people: number): number {
  return limit.kind === 'Count' ? limit.count : Math.max(20, Math.floor((people * limit.percent) / 100));
}

describe('waveOf', () => {
  function counts(deactivations: number, people: number): DeactivationCounts {
    return { epoch: 0, people, buckets: [{ start: START, count: deactivations }] };
  }

  test.each<{ limit: DeactivationLimit; people: number; within: number }>([
    { limit: { kind: 'Count', count: 1 }, people: 1_000, within: 1 },
    { limit: { kind: 'Count', count: 50 }, people: 3, within: 50 },
    { limit: { kind: 'Percent', percent: 30 }, people: 1_000, within: 300 },
    { limit: { kind: 'Percent', percent: 30 }, people: 99, within: 29 },
    { limit: { kind: 'Percent', percent: 30 }, people: 10, within: 20 },
    { limit: { kind: 'Percent', percent: 100 }, people: 0, within: 20 },
  ])('of $people people and the limit $limit begins with deactivation $within and one', ({ limit, people, within }) => {
    expect(waveOf(counts(within, people), limit)).toBeNull();
    expect(waveOf(counts(within + 1, people), limit)).toEqual({ deactivations: within + 1, limit: within, people });
  });

  test('sums the whole window', () => {
    const buckets = [1, 2, 3].map((count, at) => ({ start: START + at * 30_000, count }));
    expect(waveOf({ epoch: 0, people: 9, buckets }, { kind: 'Count', count: 5 })).toEqual({ deactivations: 6, limit: 5, people: 9 });
  });
});

describe('currentCounts', () => {
  const counts: DeactivationCounts = {
    epoch: 1,
    people: 9,
    buckets: [
      { start: START, count: 1 },
      { start: START + 60_000, count: 2 },
    ],
  };
  const at = (now: number, epoch = 1) => currentCounts(counts, { epoch, now, windowMilliseconds: WINDOW });

  test('leave out what the window left behind, and are none when all is', () => {
    expect(at(START + WINDOW)).toEqual(counts);
    expect(at(START + WINDOW + 30_000)).toEqual({ ...counts, buckets: [{ start: START + 60_000, count: 2 }] });
    expect(at(START + WINDOW + 90_000)).toBeNull();
  });

  test('begin anew with another epoch', () => {
    expect(at(START, 2)).toBeNull();
    expect(currentCounts(null, { epoch: 1, now: START, windowMilliseconds: WINDOW })).toBeNull();
  });
});

describe('deactivations one after the other', () => {
  test('are never more than the limit within any window', () => {
    fc.assert(
      fc.property(times, limits, fc.nat(200), (unordered, limit, people) => {
        const { done } = run(
          unordered.toSorted((a, b) => a - b),
          limit,
          people,
        );
        const most = mostOf(limit, people);
        for (const end of done) expect(done.filter((time) => time > end - WINDOW && time <= end).length).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('are let through as long as fewer than the limit lie within the window and one bucket', () => {
    fc.assert(
      fc.property(times, limits, fc.nat(200), (unordered, limit, people) => {
        const ordered = unordered.toSorted((a, b) => a - b);
        const { done } = run(ordered, limit, people);
        const most = mostOf(limit, people);
        const surely = ordered.filter((now, place) => ordered.slice(0, place).filter((time) => time > now - WINDOW - 30_000).length < most);
        expect(done).toEqual(expect.arrayContaining(surely));
      }),
    );
  });

  test('are each counted once, in order and not mutated, whatever the clocks of pods say', () => {
    fc.assert(
      fc.property(times, (unordered) => {
        let counts: DeactivationCounts = { epoch: 1, people: 5, buckets: [] };
        for (const now of unordered) {
          const before = structuredClone(counts);
          const next = addDeactivation(counts, now);
          expect(counts).toEqual(before);
          counts = next;
        }
        expect(sumOf(counts)).toBe(unordered.length);
        const starts = counts.buckets.map(({ start }) => start);
        expect(starts).toEqual([...new Set(starts)].toSorted((a, b) => a - b));
        expect(starts.every((start) => start % 30_000 === 0)).toBe(true);
      }),
    );
  });

  test('of a new epoch do not count those before', () => {
    fc.assert(
      fc.property(times, (some) => {
        const { counts } = run(some, { kind: 'Count', count: 1_000 }, 5);
        for (const now of some) expect(currentCounts(counts, { epoch: 2, now, windowMilliseconds: WINDOW })).toBeNull();
      }),
    );
  });
});
