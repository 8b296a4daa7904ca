import { describe, expect, test } from '@jest/globals';
import { currentWave } from '#operator/breaker/current-wave.ts';
import { windowTotals } from '#operator/breaker/window-totals.ts';
import { inOwnTime } from '#operator/controller/pod-clock.ts';

const OWN = Date.parse('2026-11-24T06:00:00Z');
const MINUTE = 60_000;

/** What a pod tells whose clock is so far ahead, of a failure and a wave that are so old. */
function told({ ahead, age }: { ahead: number; age: number }) {
  const at = OWN + ahead - age;
  const report = {
    buckets: [{ start: Math.floor(at / 10_000) * 10, requests: 1, failures: { InternalError: 1 } }],
    deactivationWave: { at: new Date(at).toISOString(), deactivations: 31, limit: 30, people: 100 },
  };
  const { buckets, deactivationWave: wave } = inOwnTime(report, { pod: OWN + ahead, own: OWN });
  const window = { epoch: 0, milliseconds: 40 * MINUTE, now: OWN };
  return {
    requests: windowTotals([{ epoch: 0, buckets }], window).requests,
    hasWave: currentWave(wave ? [{ epoch: 0, wave }] : [], window) !== null,
  };
}

describe('of a pod whose clock is', () => {
  test.each([
    { clock: 'an hour ahead', ahead: 60 * MINUTE },
    { clock: 'an hour behind', ahead: -60 * MINUTE },
    { clock: 'a minute ahead', ahead: MINUTE },
    { clock: 'right', ahead: 0 },
  ])('$clock, what is young counts and what is old does not', ({ ahead }) => {
    expect(told({ ahead, age: 39 * MINUTE })).toEqual({ requests: 1, hasWave: true });
    expect(told({ ahead, age: 41 * MINUTE })).toEqual({ requests: 0, hasWave: false });
  });

  test.each([30_000, -30_000, 0])('%d ms off, all is as it was told', (ahead) => {
    const report = { buckets: [{ start: 1_795_500_000, requests: 1, failures: {} }], deactivationWave: null };
    expect(inOwnTime(report, { pod: OWN + ahead, own: OWN })).toEqual(report);
  });

  test.each([30_001, -30_001])('%d ms off, it is of the operator’s time', (ahead) => {
    const report = { buckets: [{ start: 1_795_500_000, requests: 1, failures: {} }], deactivationWave: null };
    const { buckets } = inOwnTime(report, { pod: OWN + ahead, own: OWN });
    expect(buckets).toEqual([{ start: 1_795_500_000 - Math.round(ahead / 1_000), requests: 1, failures: {} }]);
  });
});
