import { describe, expect, test } from '@jest/globals';
import { windowTotals } from '#operator/breaker/window-totals.ts';

/** 06:00:00 UTC, in seconds. */
const NOW = Date.parse('2026-11-24T06:00:00Z') / 1_000;
const window = { epoch: 1, milliseconds: 60_000, now: NOW * 1_000 };

describe('windowTotals', () => {
  test('sums requests and classes over all pods', () => {
    const totals = windowTotals(
      [
        { epoch: 1, buckets: [{ start: NOW - 10, requests: 5, failures: { InvalidValue: 2 } }] },
        { epoch: 1, buckets: [{ start: NOW - 20, requests: 7, failures: { InvalidValue: 1, StoreUnavailable: 3 } }] },
      ],
      window,
    );
    expect(totals).toEqual({ requests: 12, failures: { InvalidValue: 3, StoreUnavailable: 3 } });
  });

  test('leaves out outcomes of another epoch', () => {
    const buckets = [{ start: NOW - 10, requests: 5, failures: { InvalidValue: 5 } }];
    expect(
      windowTotals(
        [
          { epoch: 0, buckets },
          { epoch: 2, buckets },
        ],
        window,
      ),
    ).toEqual({ requests: 0, failures: {} });
  });

  test.each([
    { name: 'one that ended where the window begins is out', start: NOW - 70, requests: 0 },
    { name: 'one that reaches into the window counts whole', start: NOW - 69, requests: 4 },
    { name: 'one that a pod with a fast clock began in the future counts', start: NOW + 10, requests: 4 },
  ])('of the buckets, $name', ({ start, requests }) => {
    expect(windowTotals([{ epoch: 1, buckets: [{ start, requests: 4, failures: {} }] }], window).requests).toBe(requests);
  });
});
