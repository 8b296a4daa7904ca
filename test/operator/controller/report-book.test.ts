import { describe, expect, test } from '@jest/globals';
import type { OutcomeBucket, PodReport, RecentFailure, Reprojection, TenantReport } from '#common/pod-report.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { ReportBook } from '#operator/controller/report-book.ts';
import { aClock } from '#test/support/a-clock.ts';
import { aTenantReport } from '#test/support/a-tenant-report.ts';

const ACME: TenantKey = 'team-hr/acme';

function aReport(pod: string, tenant: Partial<TenantReport> | null = {}, bootId = `${pod}-1`): PodReport {
  return {
    version: 1,
    bootId,
    pod,
    time: '2026-11-24T06:00:00.000Z',
    synced: true,
    tenants: tenant ? { [ACME]: aTenantReport(tenant) } : {},
    cursor: null,
    partial: false,
    gone: [],
  };
}

function bucket(requests: number, failures: OutcomeBucket['failures'] = {}): OutcomeBucket {
  return { start: 1_795_500_000, requests, failures };
}

const WAVE = { at: '2026-11-24T06:00:00.000Z', deactivations: 31, limit: 30, people: 100 };

function aReprojection(overrides: Partial<Reprojection> = {}): Reprojection {
  return {
    projection: 'p1',
    startedAt: '2026-11-24T06:00:00.000Z',
    finishedAt: null,
    total: 1_000,
    done: 0,
    incomplete: 0,
    ...overrides,
  };
}

function aFailure(second: number): RecentFailure {
  const time = new Date(Date.parse('2026-11-24T06:00:00.000Z') + second * 1_000).toISOString();
  return { time, operation: 'PATCH User', subject: `p-${second}`, reason: 'InvalidValue', message: 'does not fit' };
}

function aBook() {
  const clock = aClock('2026-11-24T06:00:00Z');
  const book = new ReportBook({ clock: clock.now, elapsed: clock.now });
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
      refusals: [],
      outcomes: [],
      lastRequestTime: null,
      lastSuccessTime: null,
      users: null,
      waves: [],
      reprojections: [],
      recentFailures: [],
      ignored: [],
      deletions: [],
    });
  });

  test('is each pod’s outcomes and revision, the latest times, and the people as they were counted last', () => {
    const { book, poll } = aBook();
    const counted = (users: number, minute: number) => ({ users, usersTime: `2026-11-24T05:${minute}:00.000Z` });
    poll(
      [
        aReport('a', { ...counted(8, 50), lastRequestTime: '2026-11-24T05:59:00.000Z', buckets: [bucket(2)] }),
        aReport('b', { ...counted(7, 49), lastRequestTime: '2026-11-24T05:58:00.000Z', epoch: 1 }),
        // Of a pod of before.
        aReport('c', { users: 6 }),
      ],
      3,
    );
    expect(book.observation(ACME)).toEqual({
      expected: 3,
      revisions: ['r1', 'r1', 'r1'],
      refusals: [],
      outcomes: [
        { epoch: 0, buckets: [bucket(2)] },
        { epoch: 1, buckets: [] },
        { epoch: 0, buckets: [] },
      ],
      lastRequestTime: '2026-11-24T05:59:00.000Z',
      lastSuccessTime: null,
      users: 8,
      waves: [],
      reprojections: [],
      recentFailures: [],
      ignored: [],
      deletions: [],
    });
  });

  test('is why each live pod refuses the newest config, of which it tells at once', () => {
    const { book, poll } = aBook();
    const refused = { revision: 'r2', reason: 'it requires "dreams", which this pod does not know' };
    poll([aReport('a'), aReport('b')]);
    expect(poll([aReport('a', { refused }), aReport('b', { revision: 'r2' })])).toEqual([ACME]);
    expect(book.observation(ACME)).toMatchObject({ revisions: ['r1', 'r2'], refusals: [refused.reason] });
    expect(poll([aReport('a', { refused }), aReport('b', { revision: 'r2' })])).toEqual([]);
    expect(poll([aReport('a', { refused }), aReport('b', { refused: { ...refused, reason: 'other' } })])).toEqual([ACME]);
    expect(book.observation(ACME)?.refusals).toEqual([refused.reason, 'other'].sort());
    expect(poll([aReport('a', { revision: 'r2' }), aReport('b', { revision: 'r2' })])).toEqual([ACME]);
    expect(book.observation(ACME)?.refusals).toEqual([]);
  });

  test('is each pod’s wave and re-projection, the ten newest failures of all, and what is ignored under each revision', () => {
    const { book, poll } = aBook();
    const [first, second] = [aReprojection(), aReprojection({ finishedAt: '2026-11-24T06:00:00.000Z' })];
    poll([
      aReport('a', {
        epoch: 2,
        deactivationWave: WAVE,
        reprojection: first,
        recentFailures: [9, 8, 7, 5, 3, 1].map(aFailure),
        ignoredAttributes: ['title', 'nickName'],
      }),
      aReport('b', { reprojection: second, recentFailures: [10, 6, 4, 2, 0].map(aFailure), ignoredAttributes: ['addresses', 'title'] }),
      aReport('c', { revision: 'r2', ignoredAttributes: ['photos'] }),
    ]);
    expect(book.observation(ACME)).toMatchObject({
      waves: [{ epoch: 2, wave: WAVE }],
      reprojections: [first, second],
      recentFailures: [10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map(aFailure),
      ignored: [
        { revision: 'r1', names: ['addresses', 'nickName', 'title'] },
        { revision: 'r2', names: ['photos'] },
      ],
    });
  });

  test('keeps a vanished pod’s failures and wave, and not its re-projection, which goes on elsewhere', () => {
    const { book, clock, poll } = aBook();
    const told = { buckets: [bucket(5)], deactivationWave: WAVE, recentFailures: [aFailure(0)], reprojection: aReprojection() };
    poll([aReport('a', told)]);
    clock.advance(10_000);
    poll([aReport('b', null)]);
    expect(book.observation(ACME)).toMatchObject({
      waves: [{ epoch: 0, wave: WAVE }],
      recentFailures: [aFailure(0)],
      reprojections: [],
    });
  });

  test('is what pods say of a deletion, of those alone that answered the last time', () => {
    const { clock, book, poll } = aBook();
    const deletion = (requestsInFlight: number) => ({ id: 'uid-1', requestsInFlight, progress: null });
    poll([aReport('a', { deletion: deletion(0) }), aReport('b', { deletion: deletion(2) }), aReport('c')]);
    expect(book.observation(ACME)?.deletions).toEqual([deletion(0), deletion(2)]);
    clock.advance(2_000);
    poll([aReport('b', { deletion: deletion(0) }), aReport('c')], 3);
    expect(book.observation(ACME)?.deletions).toEqual([deletion(0)]);
  });

  test('is of a pod that tells changes what it told last of each tenant, and nothing of those that have gone', () => {
    const { book, poll } = aBook();
    const other: TenantKey = 'team-hr/globex';
    const whole = aReport('a', { buckets: [bucket(5)] });
    poll([{ ...whole, tenants: { ...whole.tenants, [other]: whole.tenants[ACME]! } }]);
    poll([{ ...aReport('a', { buckets: [bucket(6)] }), partial: true }]);
    expect(book.observation(ACME)?.outcomes).toEqual([{ epoch: 0, buckets: [bucket(6)] }]);
    expect(book.observation(other)?.outcomes).toEqual([{ epoch: 0, buckets: [bucket(5)] }]);
    expect(poll([{ ...aReport('a', null), partial: true, gone: [other] }])).toEqual([other]);
    expect(book.observation(other)).toMatchObject({ revisions: [], outcomes: [] });
  });

  test('loses what a live pod no longer remembers, which it does not tell, at the pod’s own time', () => {
    const { clock, book, poll } = aBook();
    const buckets = [{ ...bucket(5, { InternalError: 5 }), start: 1_795_500_000 }];
    poll([aReport('a', { buckets })]);
    const silentAt = (time: string) => poll([{ ...aReport('a', null), partial: true, time }]);
    clock.advance(2 * 3_600_000);
    expect(silentAt('2026-11-24T08:00:09.999Z')).toEqual([]);
    expect(book.observation(ACME)?.outcomes).toEqual([{ epoch: 0, buckets }]);
    // Its failures are a reason for a run when they go, as they were when they came.
    expect(silentAt('2026-11-24T08:00:10.000Z')).toEqual([ACME]);
    expect(book.observation(ACME)?.outcomes).toEqual([{ epoch: 0, buckets: [] }]);
  });

  test('is in the operator’s time, where a pod’s clock is far off, a pod’s that has vanished too', () => {
    const { clock, book, poll } = aBook();
    const ofAnHourAgo = { ...aReport('a', { buckets: [bucket(5)], deactivationWave: WAVE }), time: '2026-11-24T06:00:00.000Z' };
    clock.advance(3_600_000);
    poll([ofAnHourAgo]);
    const expected = {
      outcomes: [{ buckets: [{ ...bucket(5), start: bucket(5).start + 3_600 }] }],
      waves: [{ wave: { at: '2026-11-24T07:00:00.000Z' } }],
    };
    expect(book.observation(ACME)).toMatchObject(expected);
    clock.advance(600_000);
    poll([], 1);
    expect(book.observation(ACME)).toMatchObject(expected);
  });

  test('does not hang on the wall clock: one that is put back keeps no dead pod alive', () => {
    const wall = aClock('2026-11-24T06:00:00Z');
    const steady = aClock('1970-01-01T00:00:00Z');
    const book = new ReportBook({ clock: wall.now, elapsed: steady.now });
    book.record({ reports: [aReport('a')], expected: 1 });
    wall.advance(-3_600_000);
    steady.advance(10_000);
    book.record({ reports: [], expected: 1 });
    expect(book.observation(ACME)?.revisions).toEqual([]);
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

  test('once more when no pod has them any more', () => {
    const { clock, poll } = aBook();
    poll([aReport('a')]);
    expect(poll([aReport('a', null)])).toEqual([ACME]);
    expect(poll([aReport('a', null)])).toEqual([]);
    poll([aReport('a')]);
    clock.advance(10_000);
    expect(poll([], 1)).toEqual([ACME]);
    expect(poll([], 1)).toEqual([]);
  });

  test('when their interval is over, though the pod has nothing to tell at that time', () => {
    const { book, clock, poll } = aBook();
    const reports = new Map([
      [0, aReport('a')],
      [2, aReport('a', { lastRequestTime: '2026-11-24T06:00:02.000Z', buckets: [bucket(1)], ignoredAttributes: ['title'] })],
      [4, aReport('a', { lastRequestTime: '2026-11-24T06:00:04.000Z', buckets: [bucket(2)], ignoredAttributes: ['photos', 'title'] })],
    ]);
    const told: number[] = [];
    for (let second = 0; second <= 64; second += 2) {
      const changes = { ...(reports.get(second) ?? aReport('a', null)), partial: second > 0 };
      if (poll([changes]).length > 0) told.push(second);
      clock.advance(2_000);
    }
    // The names of the second at 12, its request at 32.
    expect(told).toEqual([0, 2, 12, 32]);
    expect(book.observation(ACME)).toMatchObject({
      lastRequestTime: '2026-11-24T06:00:04.000Z',
      ignored: [{ names: ['photos', 'title'] }],
    });
  });

  test('with the last request too, when its own interval is over after failures that had a shorter one', () => {
    const { book, clock, poll } = aBook();
    const at = (second: number) => `2026-11-24T06:00:${String(second).padStart(2, '0')}.000Z`;
    const told: number[] = [];
    for (let second = 0; second <= 60; second += 2) {
      const last = Math.min(second, 8);
      if (poll([aReport('a', { lastRequestTime: at(last), buckets: [bucket(10 + last, { InternalError: 1 })] })]).length > 0)
        told.push(second);
      clock.advance(2_000);
    }
    expect(told).toEqual([0, 10, 30]);
    expect(book.observation(ACME)?.lastRequestTime).toBe(at(8));
  });

  test.each([
    { what: 'another revision', change: { revision: 'r2' }, pods: 1 },
    { what: 'another failure', change: { buckets: [bucket(1, { InternalError: 1 })] }, pods: 1 },
    { what: 'another number of pods', change: {}, pods: 2 },
    { what: 'a wave', change: { deactivationWave: WAVE }, pods: 1 },
    { what: 'a re-projection that begins', change: { reprojection: aReprojection() }, pods: 1 },
    { what: 'the first failure that is told in words', change: { recentFailures: [aFailure(0)] }, pods: 1 },
    { what: 'the first attribute that is ignored', change: { ignoredAttributes: ['title'] }, pods: 1 },
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

  test('every 10 s for the progress of a re-projection, which stays as it was told in between, and at once for its end', () => {
    const { book, clock, poll } = aBook();
    const told: (readonly [number, number | undefined])[] = [];
    for (let second = 0; second <= 36; second += 2) {
      const end = second === 34 ? { finishedAt: '2026-11-24T06:00:34.000Z' } : {};
      const progress = second > 34 ? { finishedAt: '2026-11-24T06:00:34.000Z', done: 34 } : { done: second, ...end };
      const isTold = poll([aReport('a', { reprojection: aReprojection(progress) })]).length > 0;
      const [shown] = book.observation(ACME)?.reprojections ?? [];
      if (isTold) told.push([second, shown?.done]);
      expect(shown?.done).toBe(told.at(-1)?.[1]);
      clock.advance(2_000);
    }
    expect(told).toEqual([
      [0, 0],
      [10, 10],
      [20, 20],
      [30, 30],
      [34, 34],
    ]);
  });

  test('at once when a pod stops for a deletion, has no request under way, begins and ends, and every 10 s for its progress', () => {
    const { clock, poll } = aBook();
    const progress = { startedAt: '2026-11-24T06:00:00.000Z', total: 10, removed: 0, finishedAt: null };
    const tell = (deletion: TenantReport['deletion']) => poll([aReport('a', { deletion })]);
    tell(null);
    const told: number[] = [];
    const steps: TenantReport['deletion'][] = [
      { id: 'uid-1', requestsInFlight: 3, progress: null },
      { id: 'uid-1', requestsInFlight: 2, progress: null },
      { id: 'uid-1', requestsInFlight: 0, progress: null },
      { id: 'uid-1', requestsInFlight: 0, progress },
      { id: 'uid-1', requestsInFlight: 0, progress: { ...progress, removed: 4 } },
      { id: 'uid-1', requestsInFlight: 0, progress: { ...progress, removed: 10, finishedAt: '2026-11-24T06:00:09.000Z' } },
    ];
    for (const step of steps) {
      clock.advance(2_000);
      told.push(tell(step).length);
    }
    expect(told).toEqual([1, 0, 1, 1, 0, 1]);
  });

  test('at once for each failure that counts, and every 10 s for the list of them', () => {
    const { book, clock, poll } = aBook();
    const listed: number[] = [];
    for (let second = 0; second <= 20; second += 2) {
      const failures = Array.from({ length: second / 2 + 1 }, (_, index) => aFailure(second - 2 * index)).slice(0, 10);
      const report = aReport('a', { buckets: [bucket(second + 1, { InvalidValue: second + 1 })], recentFailures: failures });
      expect(poll([report])).toEqual([ACME]);
      listed.push(book.observation(ACME)?.recentFailures.length ?? 0);
      clock.advance(2_000);
    }
    expect(listed).toEqual([1, 1, 1, 1, 1, 6, 6, 6, 6, 6, 10]);
  });
});
