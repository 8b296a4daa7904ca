import { describe, expect, test } from '@jest/globals';
import { FAILURE_ADVICE } from '#common/failure-reasons.ts';
import type { RecentFailure } from '#common/pod-report.ts';
import { projectionRevision, tenantConfigRevision, type TenantConfig } from '#common/tenant-config.ts';
import type { RecentFailureStatus, ReprojectionStatus, ScimTenantStatus } from '#operator/api/scim-tenant-status.ts';
import { syncOf } from '#operator/reconcile/sync-status.ts';
import { anObserved, CONFIG, pods, stored } from '#test/support/an-observed.ts';
import { aSync } from '#test/support/a-tenant.ts';
import { aRule } from '#test/support/a-tenant-config.ts';

type SyncStatus = ScimTenantStatus['sync'];
type Pods = Parameters<typeof pods>[1];

/** Another mapping, with the next generation. */
const CHANGED: TenantConfig = { ...CONFIG, generation: 2, mapping: [aRule('userName', 'nick')], newlySelected: [] };

function sync(
  reported: Pods,
  before: Partial<SyncStatus> = {},
  { derived = CONFIG, inForce = derived }: { derived?: TenantConfig; inForce?: TenantConfig | null } = {},
): SyncStatus {
  const tenant = stored({}, { sync: { ...aSync(CONFIG), ...before } });
  return syncOf(anObserved({ tenant, derived, pods: pods(derived, reported) }), inForce);
}

function reported(time: string, overrides: Partial<RecentFailure> = {}): RecentFailure {
  return { time, operation: 'PATCH User', subject: 'p-1', reason: 'InvalidValue', message: 'attribute "title" does not fit', ...overrides };
}

function told(time: string, overrides: Partial<RecentFailureStatus> = {}): RecentFailureStatus {
  return {
    time,
    operation: 'PATCH User',
    subject: 'p-1',
    reason: 'InvalidValue',
    message: 'attribute "title" does not fit',
    action: FAILURE_ADVICE.InvalidValue.action,
    link: 'https://docs.example.com/troubleshooting.md#invalid-value',
    ...overrides,
  };
}

describe('recent failures', () => {
  test('say what to do and where it is explained', () => {
    const failures = sync({
      recentFailures: [reported('2026-11-24T06:00:00.123Z', { reason: 'AmbiguousMatch', subject: null })],
    }).recentFailures;
    expect(failures).toEqual([
      told('2026-11-24T06:00:00Z', {
        subject: null,
        reason: 'AmbiguousMatch',
        action: FAILURE_ADVICE.AmbiguousMatch.action,
        link: 'https://docs.example.com/troubleshooting.md#ambiguous-match',
      }),
    ]);
  });

  test('of a reason that only a newer pod knows have the advice for any other', () => {
    const failures = sync({ recentFailures: [reported('2026-11-24T06:00:00Z', { reason: 'Gremlins' })] }).recentFailures;
    expect(failures).toEqual([
      told('2026-11-24T06:00:00Z', {
        reason: 'Gremlins',
        action: FAILURE_ADVICE.OtherClientError.action,
        link: 'https://docs.example.com/troubleshooting.md#other-client-error',
      }),
    ]);
  });

  test('stay when their pods have gone, each once, the ten newest, newest first', () => {
    const time = (minute: number): string => `2026-11-24T06:${String(minute).padStart(2, '0')}:00Z`;
    const stored = [9, 8, 7, 6, 5, 4, 3].map((minute) => told(time(minute)));
    const failures = [12, 11, 10, 9, 8].map((minute) => reported(time(minute)));
    expect(sync({ recentFailures: failures }, { recentFailures: stored }).recentFailures).toEqual(
      [12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map((minute) => told(time(minute))),
    );
    expect(sync({}, { recentFailures: stored }).recentFailures).toEqual(stored);
  });

  test('of one second are told apart by what they concern', () => {
    const at = '2026-11-24T06:00:00Z';
    const failures = [reported(at), reported(at), reported(at, { subject: 'p-2' }), reported(at, { operation: 'POST User' })];
    const expected = [told(at), told(at, { subject: 'p-2' }), told(at, { operation: 'POST User' })];
    expect(sync({ recentFailures: failures }).recentFailures).toEqual(expected);
    expect(sync({ recentFailures: failures }, { recentFailures: expected }).recentFailures).toEqual(expected);
  });

  test('are one line of bounded length', () => {
    const [failure] = sync({ recentFailures: [reported('2026-11-24T06:00:00Z', { message: `a\nb${'c'.repeat(600)}` })] }).recentFailures;
    expect(failure?.message).toBe(`a b${'c'.repeat(496)}…`);
  });
});

describe('ignored attributes', () => {
  const served = { revision: tenantConfigRevision(CONFIG), names: ['title', 'nickName'] };
  test.each<{ name: string; reports: Pods; before: readonly string[]; configs: Parameters<typeof sync>[2]; expected: readonly string[] }>([
    { name: 'are what pods tell, sorted', reports: { ignored: [served] }, before: [], configs: {}, expected: ['nickName', 'title'] },
    {
      name: 'stay when pods have forgotten them, and are added to',
      reports: { ignored: [{ ...served, names: ['title'] }] },
      before: ['addresses', 'title'],
      configs: {},
      expected: ['addresses', 'title'],
    },
    {
      name: 'are those of pods under another config of the same mapping too',
      reports: { ignored: [served] },
      before: [],
      configs: { inForce: { ...CONFIG, state: { kind: 'Disabled' } } },
      expected: ['nickName', 'title'],
    },
    {
      name: 'begin anew with another mapping, without pods that serve the one before',
      reports: { ignored: [served, { revision: tenantConfigRevision(CHANGED), names: ['photos'] }] },
      before: ['addresses'],
      configs: { inForce: CHANGED },
      expected: ['photos'],
    },
    {
      name: 'are fifty at most',
      reports: { ignored: [{ ...served, names: Array.from({ length: 60 }, (_, index) => `a${index + 10}`) }] },
      before: ['a00'],
      configs: {},
      expected: ['a00', ...Array.from({ length: 49 }, (_, index) => `a${index + 10}`)],
    },
  ])('$name', ({ reports, before, configs, expected }) => {
    expect(sync(reports, { ignoredAttributes: before }, configs).ignoredAttributes).toEqual(expected);
  });
});

describe('the mapping in force', () => {
  const done: ReprojectionStatus = {
    state: 'Done',
    total: 5,
    done: 5,
    incomplete: 0,
    startedTime: '2026-11-24T05:00:00Z',
    finishedTime: '2026-11-24T05:00:10Z',
    arrivesWithNextSync: [],
  };
  const running = {
    projection: projectionRevision(CHANGED),
    startedAt: '2026-11-24T06:00:00Z',
    finishedAt: null,
    total: 5,
    done: 1,
    incomplete: 0,
  };

  test('is named, and another one has no re-projection until a pod tells of it', () => {
    const before = { reprojection: done };
    expect(sync({ reprojections: [running] }, before)).toMatchObject({ mapping: projectionRevision(CONFIG), reprojection: done });
    const changed = { inForce: { ...CHANGED, newlySelected: ['title'] } };
    expect(sync({}, before, changed)).toMatchObject({ mapping: projectionRevision(CHANGED), reprojection: null });
    expect(sync({ reprojections: [running] }, before, changed).reprojection).toMatchObject({
      state: 'Running',
      done: 1,
      arrivesWithNextSync: ['title'],
    });
  });

  test('is none before there was a usable one', () => {
    expect(sync({ reprojections: [running] }, { mapping: null }, { inForce: null })).toMatchObject({ mapping: null, reprojection: null });
  });
});
