import { describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { PodReport } from '#common/pod-report.ts';
import { createLocalPodReports } from '#standalone/local-pod-reports.ts';

const REPORT: PodReport = { version: 1, bootId: 'boot', pod: 'standalone', time: '2026-11-24T06:00:00Z', synced: true, tenants: {} };

describe('createLocalPodReports', () => {
  test('asks the one pod there is', async () => {
    const pods = createLocalPodReports(() => REPORT, pino({ level: 'silent' }));
    expect(await pods.poll(new AbortController().signal)).toEqual({ reports: [REPORT], expected: 1 });
  });

  test('counts a failed report as a silent pod', async () => {
    const pods = createLocalPodReports(
      () => {
        throw new Error('not yet');
      },
      pino({ level: 'silent' }),
    );
    expect(await pods.poll(new AbortController().signal)).toEqual({ reports: [], expected: 1 });
  });
});
