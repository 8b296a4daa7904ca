import { describe, expect, test } from '@jest/globals';
import type { PodReport } from '#common/pod-report.ts';
import { ReportCursors } from '#operator/kube/report-cursors.ts';

const URL = 'http://10.0.0.1:9090';

function aReport(overrides: Partial<PodReport> = {}): PodReport {
  return {
    version: 1,
    bootId: 'boot-1',
    pod: 'pod-a',
    time: '2026-11-24T06:00:00Z',
    synced: true,
    tenants: {},
    cursor: 'boot-1:1',
    partial: false,
    gone: [],
    ...overrides,
  };
}

describe('ReportCursors', () => {
  test('asks each pod for what has changed since its own last answer', () => {
    const cursors = new ReportCursors();
    expect(cursors.of(URL)).toBeNull();
    cursors.answered(URL, aReport());
    cursors.answered('http://10.0.0.2:9090', aReport({ bootId: 'boot-2', cursor: 'boot-2:7' }));
    cursors.answered(URL, aReport({ cursor: 'boot-1:2', partial: true }));
    expect([cursors.of(URL), cursors.of('http://10.0.0.2:9090')]).toEqual(['boot-1:2', 'boot-2:7']);
  });

  test.each<{ who: string; happen: (cursors: ReportCursors) => void }>([
    { who: 'missed a poll', happen: (cursors) => cursors.missed(URL) },
    { who: 'was not among the pods of a poll', happen: (cursors) => cursors.keepOnly(['http://10.0.0.2:9090']) },
    { who: 'is one of before, which gives no cursor', happen: (cursors) => cursors.answered(URL, aReport({ cursor: null })) },
  ])('asks a pod for the whole that $who', ({ happen }) => {
    const cursors = new ReportCursors();
    cursors.answered(URL, aReport());
    happen(cursors);
    expect(cursors.of(URL)).toBeNull();
  });

  test('goes on with the cursor of a pod that started anew and told the whole', () => {
    const cursors = new ReportCursors();
    cursors.answered(URL, aReport());
    cursors.keepOnly([URL]);
    cursors.answered(URL, aReport({ bootId: 'boot-2', cursor: 'boot-2:1' }));
    expect(cursors.of(URL)).toBe('boot-2:1');
  });

  test('takes no changes of a report that it never had', () => {
    const cursors = new ReportCursors();
    expect(() => cursors.answered(URL, aReport({ partial: true }))).toThrow('bootId is boot-1');
    cursors.answered(URL, aReport());
    expect(() => cursors.answered(URL, aReport({ partial: true, bootId: 'boot-2' }))).toThrow('bootId is boot-2');
  });
});
