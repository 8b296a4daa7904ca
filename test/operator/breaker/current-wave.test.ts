import { describe, expect, test } from '@jest/globals';
import type { DeactivationWave } from '#common/pod-report.ts';
import { currentWave, type EpochWave } from '#operator/breaker/current-wave.ts';

const NOW = Date.parse('2026-11-24T07:00:00Z');
const WINDOW = { epoch: 3, milliseconds: 40 * 60_000, now: NOW };

function aWave(at: string, deactivations = 31): DeactivationWave {
  return { at, deactivations, limit: 30, people: 100 };
}

describe('the wave that counts', () => {
  test.each<{ name: string; waves: readonly EpochWave[]; at: string | null }>([
    { name: 'is none where no pod saw one', waves: [], at: null },
    { name: 'is not one of an epoch before', waves: [{ epoch: 2, wave: aWave('2026-11-24T06:59:00Z') }], at: null },
    { name: 'is not one that is as old as the window', waves: [{ epoch: 3, wave: aWave('2026-11-24T06:20:00.000Z') }], at: null },
    {
      name: 'is one that is nearly as old',
      waves: [{ epoch: 3, wave: aWave('2026-11-24T06:20:00.001Z') }],
      at: '2026-11-24T06:20:00.001Z',
    },
    {
      name: 'is one of a pod whose clock is ahead',
      waves: [{ epoch: 3, wave: aWave('2026-11-24T07:00:02Z') }],
      at: '2026-11-24T07:00:02Z',
    },
    {
      name: 'is the one that a pod saw last, whoever saw more',
      waves: [
        { epoch: 3, wave: aWave('2026-11-24T06:58:00Z', 40) },
        { epoch: 3, wave: aWave('2026-11-24T06:59:00Z') },
        { epoch: 3, wave: aWave('2026-11-24T06:57:00Z', 50) },
        { epoch: 4, wave: aWave('2026-11-24T06:59:30Z') },
      ],
      at: '2026-11-24T06:59:00Z',
    },
  ])('$name', ({ waves, at }) => {
    expect(currentWave(waves, WINDOW)).toEqual(at && aWave(at));
  });
});
