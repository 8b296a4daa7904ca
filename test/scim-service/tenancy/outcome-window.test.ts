import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { OUTCOME_BUCKET_SECONDS, OUTCOME_MEMORY_SECONDS } from '#common/pod-report.ts';
import { OutcomeWindow, type Outcome } from '#scim-service/tenancy/outcome-window.ts';

const START = Date.parse('2026-11-24T10:00:00Z');
const seconds = (count: number): number => START + count * 1_000;

describe('OutcomeWindow', () => {
  test('is empty before the first request', () => {
    expect(new OutcomeWindow().buckets(START)).toEqual([]);
  });

  test('puts requests into buckets of ten seconds, oldest first', () => {
    const window = new OutcomeWindow();
    window.record('Success', seconds(0));
    window.record('InvalidValue', seconds(9.999));
    window.record('InvalidValue', seconds(10));
    window.record('StoreUnavailable', seconds(10));
    window.record('Refused', seconds(35));

    expect(window.buckets(seconds(36))).toEqual([
      { start: START / 1_000, requests: 2, failures: { InvalidValue: 1 } },
      { start: START / 1_000 + 10, requests: 2, failures: { InvalidValue: 1, StoreUnavailable: 1 } },
      { start: START / 1_000 + 30, requests: 1, failures: {} },
    ]);
  });

  test('forgets what is older than its memory, also while nothing comes', () => {
    const window = new OutcomeWindow();
    window.record('InternalError', START);

    expect(window.buckets(seconds(OUTCOME_MEMORY_SECONDS))).toHaveLength(1);
    expect(window.buckets(seconds(OUTCOME_MEMORY_SECONDS + OUTCOME_BUCKET_SECONDS))).toEqual([]);
  });

  test('finds its bucket again after the clock was put back a little', () => {
    const window = new OutcomeWindow();
    window.record('Success', seconds(100));
    window.record('Uniqueness', seconds(60));

    expect(window.buckets(seconds(100))).toEqual([
      { start: START / 1_000 + 60, requests: 1, failures: { Uniqueness: 1 } },
      { start: START / 1_000 + 100, requests: 1, failures: {} },
    ]);
  });

  test('still tells of what a clock that was put back has made future', () => {
    const window = new OutcomeWindow();
    window.record('Uniqueness', seconds(600));
    const told = [{ start: START / 1_000 + 600, requests: 1, failures: { Uniqueness: 1 } }];
    expect(window.buckets(seconds(600))).toEqual(told);
    expect(window.buckets(seconds(0))).toEqual(told);
  });

  test('forgets for good what lies farther in the future than it remembers', () => {
    const window = new OutcomeWindow();
    window.record('Uniqueness', seconds(24 * 3600));
    expect(window.buckets(seconds(0))).toEqual([]);
    expect(window.buckets(seconds(24 * 3600))).toEqual([]);
  });

  test('starts over when the clock was put back far, so that nothing counts for ever', () => {
    const window = new OutcomeWindow();
    window.record('Uniqueness', seconds(24 * 3600));
    window.record('Success', seconds(0));

    expect(window.buckets(seconds(1))).toEqual([{ start: START / 1_000, requests: 1, failures: {} }]);
  });

  test('agrees with a plain list of records whatever the pauses between them', () => {
    const outcomes = fc.constantFrom<Outcome>('Success', 'Refused', 'InvalidValue', 'InternalError');
    const step = fc.oneof(fc.nat(20_000), fc.nat(OUTCOME_MEMORY_SECONDS * 1_500));
    fc.assert(
      fc.property(fc.array(fc.tuple(step, outcomes), { maxLength: 60 }), step, (records, pause) => {
        const window = new OutcomeWindow();
        const model = new Map<number, { requests: number; failures: Record<string, number> }>();
        let now = START;
        for (const [elapsed, outcome] of records) {
          now += elapsed;
          window.record(outcome, now);
          const start = Math.floor(now / 1_000 / OUTCOME_BUCKET_SECONDS) * OUTCOME_BUCKET_SECONDS;
          const bucket = model.get(start) ?? { requests: 0, failures: {} };
          bucket.requests += 1;
          if (outcome !== 'Success' && outcome !== 'Refused') bucket.failures[outcome] = (bucket.failures[outcome] ?? 0) + 1;
          model.set(start, bucket);
        }
        now += pause;
        const current = Math.floor(now / 1_000 / OUTCOME_BUCKET_SECONDS) * OUTCOME_BUCKET_SECONDS;
        expect(window.buckets(now)).toEqual(
          [...model].filter(([start]) => current - start <= OUTCOME_MEMORY_SECONDS).map(([start, bucket]) => ({ start, ...bucket })),
        );
      }),
      { numRuns: 200 },
    );
  });
});
