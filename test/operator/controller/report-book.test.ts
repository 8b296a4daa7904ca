import { describe, expect, test } from '@jest/globals';
import type { OutcomeBucket, PodReport, TenantReport } from '#common/pod-report.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { ReportBook } from '#operator/controller/report-book.ts';
import { aClock } from '#test/support/a-clock.ts';

const ACME: TenantKey = 'team-hr/acme';

function aReport(pod: string, tenant: Partial<TenantReport> | null = {}, bootId = `${pod}-1`): PodReport {
  const full: TenantReport = {
    generation: 1,
    revision: 'r1',
    epoch: 0,
    lastRequestTime: null,
    lastSuccessTime: null,
    users: null,
    buckets: [],
  };
  return {
    version: 1,
    bootId,
    pod,
    time: '2026-11-24T06:00:00.000Z',
    synced: true,
    tenants: tenant ? { [ACME]: { ...full, ...tenant } } : {},
  };
}

function bucket(requests: number, failures: OutcomeBucket['failures'] = {}): OutcomeBucket {
  return { start: 1_795_500_000, requests, failures };
}

function aBook() {
  const clock = aClock('2026-11-24T06:00:00Z');
  const book = new ReportBook(clock.now);
  const poll = (reports: readonly PodReport[], expected = reports.length) => book.record({ reports, expected });
  return { clock, book, poll };
}

describe('what the book knows', () => {
  test('is nothing before the first poll, and then also of a tenant that no pod names', () => {
    const { book, poll } = aBook();
    expect(book.observation(ACME)).toBeNull();
    poll([aReport('a', null)]);
    expect(book.observation(ACME)).toEqual({
      expected: 1,
      revisions: [],
      outcomes: [],
      lastRequestTime: null,
      lastSuccessTime: null,
      users: null,
    });
  });

  test('is each pod’s outcomes and revision, the latest times, and the people of the report that is newest', () => {
    const { book, poll } = aBook();
    const newest = {
      ...aReport('b', { users: 8, lastRequestTime: '2026-11-24T05:58:00.000Z', epoch: 1 }),
      time: '2026-11-24T06:00:01.000Z',
    };
    poll([aReport('a', { users: 7, lastRequestTime: '2026-11-24T05:59:00.000Z', buckets: [bucket(2)] }), newest], 3);
    expect(book.observation(ACME)).toEqual({
      expected: 3,
      revisions: ['r1', 'r1'],
      outcomes: [
        { epoch: 0, buckets: [bucket(2)] },
        { epoch: 1, buckets: [] },
      ],
      lastRequestTime: '2026-11-24T05:59:00.000Z',
      lastSuccessTime: null,
      users: 8,
    });
  });

  test('keeps the outcomes of a pod that restarted beside the new ones, and only its new revision', () => {
    const { book, poll } = aBook();
    poll([aReport('a', { buckets: [bucket(5)] }, 'first')]);
    poll([aReport('a', { revision: 'r2', buckets: [bucket(1)] }, 'second')]);
    expect(book.observation(ACME)).toMatchObject({ revisions: ['r2'], outcomes: [{ buckets: [bucket(5)] }, { buckets: [bucket(1)] }] });
  });

  test('replaces what the same boot reported before, and so counts nothing twice', () => {
    const { book, poll } = aBook();
    poll([aReport('a', { buckets: [bucket(5)] })]);
    poll([aReport('a', { buckets: [bucket(6)] })]);
    expect(book.observation(ACME)?.outcomes).toEqual([{ epoch: 0, buckets: [bucket(6)] }]);
  });

  test('forgets a vanished pod’s revision after 10 s and its outcomes after two hours', () => {
    const { book, clock, poll } = aBook();
    poll([aReport('a', { buckets: [bucket(5)] }), aReport('b', null)]);
    clock.advance(9_999);
    poll([aReport('b', null)]);
    expect(book.observation(ACME)).toMatchObject({ expected: 1, revisions: ['r1'], outcomes: [{ buckets: [bucket(5)] }] });
    clock.advance(1);
    poll([aReport('b', null)]);
    expect(book.observation(ACME)).toMatchObject({ revisions: [], outcomes: [{ buckets: [bucket(5)] }] });
    clock.advance(2 * 3_600_000 - 10_000);
    poll([aReport('b', null)]);
    expect(book.observation(ACME)?.outcomes).toEqual([]);
  });
});

describe('a poll names the tenants that need a run', () => {
  test('once when they are new, and not again while nothing changes', () => {
    const { poll } = aBook();
    expect(poll([aReport('a')])).toEqual([ACME]);
    expect(poll([aReport('a')])).toEqual([]);
  });

  test.each([
    { what: 'another revision', change: { revision: 'r2' }, pods: 1 },
    { what: 'another failure', change: { buckets: [bucket(1, { InternalError: 1 })] }, pods: 1 },
    { what: 'another number of pods', change: {}, pods: 2 },
  ])('at once for $what', ({ change, pods }) => {
    const { poll } = aBook();
    poll([aReport('a')]);
    expect(poll([aReport('a', change)], pods)).toEqual([ACME]);
    expect(poll([aReport('a', change)], pods)).toEqual([]);
  });

  test('at once for the first request, then every 30 s while requests alone come in', () => {
    const { book, clock, poll } = aBook();
    const told: number[] = [];
    for (let second = 0; second <= 90; second += 2) {
      const requests =
        second === 0
          ? {}
          : { lastRequestTime: `2026-11-24T06:00:${String(second % 60).padStart(2, '0')}.000Z`, users: second, buckets: [bucket(second)] };
      if (poll([aReport('a', requests)]).length > 0) told.push(second);
      // Between the runs that it asks for, activity stays as it was told, so that other runs write no status for it.
      expect(book.observation(ACME)?.users ?? 0).toBe(told.at(-1) ?? 0);
      clock.advance(2_000);
    }
    expect(told).toEqual([0, 2, 32, 62]);
  });

  test('every 10 s for requests alone while some have failed, since one more may complete minRequests', () => {
    const { clock, poll } = aBook();
    const told: number[] = [];
    for (let second = 0; second <= 30; second += 2) {
      const report = aReport('a', { lastRequestTime: '2026-11-24T06:00:00.000Z', buckets: [bucket(10 + second, { InternalError: 1 })] });
      if (poll([report]).length > 0) told.push(second);
      clock.advance(2_000);
    }
    expect(told).toEqual([0, 10, 20, 30]);
  });
});
