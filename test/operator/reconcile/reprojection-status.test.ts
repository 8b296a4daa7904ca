import { describe, expect, test } from '@jest/globals';
import type { Reprojection } from '#common/pod-report.ts';
import type { ReprojectionStatus } from '#operator/api/scim-tenant-status.ts';
import { reprojectionStatus } from '#operator/reconcile/reprojection-status.ts';

function reported(overrides: Partial<Reprojection> = {}): Reprojection {
  return {
    projection: 'p1',
    startedAt: '2026-11-24T06:00:00.123Z',
    finishedAt: null,
    total: 1_000,
    done: 250,
    incomplete: 2,
    ...overrides,
  };
}

const RUNNING: ReprojectionStatus = {
  state: 'Running',
  total: 1_000,
  done: 250,
  incomplete: 2,
  startedTime: '2026-11-24T06:00:00Z',
  finishedTime: null,
  arrivesWithNextSync: ['title'],
};
const DONE: ReprojectionStatus = { ...RUNNING, state: 'Done', done: 1_000, finishedTime: '2026-11-24T06:05:00Z' };
const FINISHED = { finishedAt: '2026-11-24T06:05:00.999Z', done: 1_000 };

describe('the re-projection of a tenant', () => {
  test.each<{ name: string; reports: readonly Reprojection[]; stored: ReprojectionStatus | null; expected: ReprojectionStatus | null }>([
    { name: 'is none where no pod tells of one', reports: [], stored: null, expected: null },
    {
      name: 'is none where there was nobody to be made anew',
      reports: [reported({ ...FINISHED, total: 0, done: 0 })],
      stored: null,
      expected: null,
    },
    { name: 'is what a pod tells, to the second', reports: [reported()], stored: null, expected: RUNNING },
    { name: 'ends with the figures of its end', reports: [reported(FINISHED)], stored: RUNNING, expected: DONE },
    { name: 'stays as it is stored when its pod has gone', reports: [], stored: RUNNING, expected: RUNNING },
    { name: 'stays done when its pod has gone', reports: [], stored: DONE, expected: DONE },
    {
      name: 'is taken over by another pod, with what was left',
      reports: [reported({ startedAt: '2026-11-24T06:01:00Z', total: 700, done: 0, incomplete: 0 })],
      stored: RUNNING,
      expected: { ...RUNNING, startedTime: '2026-11-24T06:01:00Z', total: 700, done: 0, incomplete: 0 },
    },
    {
      name: 'is what goes on, whatever began later and is finished',
      reports: [reported({ startedAt: '2026-11-24T06:01:00Z', finishedAt: '2026-11-24T06:02:00Z', total: 1, done: 1 }), reported()],
      stored: null,
      expected: RUNNING,
    },
    {
      name: 'is the one that began last of those that are finished',
      reports: [reported(FINISHED), reported({ ...FINISHED, startedAt: '2026-11-24T05:00:00Z', total: 7 })],
      stored: null,
      expected: DONE,
    },
    {
      name: 'is not an earlier part that a pod tells of still',
      reports: [reported({ startedAt: '2026-11-24T05:00:00Z', finishedAt: '2026-11-24T05:01:00Z', total: 7, done: 7 })],
      stored: DONE,
      expected: DONE,
    },
    {
      name: 'goes on when more people have turned up',
      reports: [reported({ total: 1_001, done: 1_000 })],
      stored: DONE,
      expected: { ...RUNNING, total: 1_001, done: 1_000 },
    },
    {
      name: 'is done when a pod that looks later finds nobody left',
      reports: [reported({ startedAt: '2026-11-24T06:05:00Z', finishedAt: '2026-11-24T06:05:00Z', total: 0, done: 0, incomplete: 0 })],
      stored: RUNNING,
      expected: DONE,
    },
    {
      name: 'is not done for a pod that found nobody before it began',
      reports: [reported({ startedAt: '2026-11-24T05:05:00Z', finishedAt: '2026-11-24T05:05:00Z', total: 0, done: 0 })],
      stored: RUNNING,
      expected: RUNNING,
    },
  ])('$name', ({ reports, stored, expected }) => {
    expect(reprojectionStatus(reports, stored, ['title'])).toEqual(expected);
  });

  test('lists what arrives later as the config has it now', () => {
    expect(reprojectionStatus([], RUNNING, ['nickName'])?.arrivesWithNextSync).toEqual(['nickName']);
  });
});
