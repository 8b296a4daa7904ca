import { describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { PodReport } from '#common/pod-report.ts';
import { createLocalPodReports } from '#standalone/local-pod-reports.ts';

const REPORT: PodReport = {
  version: 1,
  bootId: 'boot',
  pod: 'standalone',
  time: '2026-11-24T06:00:00Z',
  synced: true,
  tenants: {},
  cursor: 'boot:1',
  partial: false,
  gone: [],
};

describe('createLocalPodReports', () => {
  test('asks the one pod there is, first for the whole and then for what has changed since', async () => {
    const asked: (string | null)[] = [];
    const pods = createLocalPodReports(
      (since) => {
        asked.push(since);
        return { ...REPORT, cursor: `boot:${asked.length}` };
      },
      pino({ level: 'silent' }),
    );
    const { signal } = new AbortController();
    expect(await pods.poll(signal)).toEqual({ reports: [REPORT], expected: 1 });
    await pods.poll(signal);
    await pods.poll(signal);
    expect(asked).toEqual([null, 'boot:1', 'boot:2']);
  });

  test('counts a failed report as a silent pod, and then asks for the whole', async () => {
    const asked: (string | null)[] = [];
    const pods = createLocalPodReports(
      (since) => {
        asked.push(since);
        if (asked.length === 2) throw new Error('not now');
        return REPORT;
      },
      pino({ level: 'silent' }),
    );
    const { signal } = new AbortController();
    await pods.poll(signal);
    expect(await pods.poll(signal)).toEqual({ reports: [], expected: 1 });
    await pods.poll(signal);
    expect(asked).toEqual([null, 'boot:1', null]);
  });
});
