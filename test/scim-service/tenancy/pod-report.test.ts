import { describe, expect, test } from '@jest/globals';
import { podReportSchema, type DeactivationWave, type RecentFailure, type Reprojection } from '#common/pod-report.ts';
import { tenantConfigRevision } from '#common/tenant-config.ts';
import { buildPodReport } from '#scim-service/tenancy/pod-report.ts';
import { TenantDirectory } from '#scim-service/tenancy/tenant-directory.ts';
import { aClock } from '#test/support/a-clock.ts';
import { aLog } from '#test/support/a-log.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';

const WAVE: DeactivationWave = { at: '2026-11-24T10:00:01.000Z', deactivations: 21, limit: 20, people: 40 };
const REPROJECTION: Reprojection = {
  projection: '0123456789abcdef',
  startedAt: '2026-11-24T10:00:00.000Z',
  finishedAt: null,
  total: 40,
  done: 25,
  incomplete: 1,
};
const FAILURE: RecentFailure = {
  time: '2026-11-24T10:00:05.000Z',
  operation: 'POST User',
  subject: 'e-1',
  reason: 'Uniqueness',
  message: 'userName is taken by another person of this tenant',
};

describe('buildPodReport', () => {
  test('tells of each tenant what is served and what came of its requests', () => {
    const clock = aClock('2026-11-24T10:00:03Z');
    const directory = new TenantDirectory({ logger: aLog().logger, clock: clock.now });
    const acme = aTenantConfig({ generation: 4, breakerEpoch: 2 });
    const idle = aTenantConfig({ namespace: 'team-it', name: 'idle' });
    directory.set(acme);
    directory.set(idle);
    directory.synced();
    const { window, activity } = directory.find('team-hr/acme')!;
    window.record('Success', clock.now());
    activity.record('Success', { write: true, now: clock.now() });
    clock.advance(2_000);
    window.record('Uniqueness', clock.now());
    activity.record('Uniqueness', { write: true, now: clock.now() });
    const { waves, upkeep, failures, ignored } = directory.find('team-hr/acme')!;
    waves.current = WAVE;
    upkeep.reprojection = REPROJECTION;
    failures.record(FAILURE);
    ignored.add(['nickName', 'x509Certificates']);

    const report = buildPodReport(directory, {
      bootId: 'boot-1',
      pod: 'pod-a',
      now: clock.now(),
      users: (tenant) => (tenant.key === 'team-hr/acme' ? 12 : null),
    });

    expect(podReportSchema.parse(report)).toEqual(report);
    expect(report).toEqual({
      version: 1,
      bootId: 'boot-1',
      pod: 'pod-a',
      time: '2026-11-24T10:00:05.000Z',
      synced: true,
      tenants: {
        'team-hr/acme': {
          generation: 4,
          revision: tenantConfigRevision(acme),
          epoch: 2,
          lastRequestTime: '2026-11-24T10:00:05.000Z',
          lastSuccessTime: '2026-11-24T10:00:03.000Z',
          users: 12,
          buckets: [{ start: Date.parse('2026-11-24T10:00:00Z') / 1_000, requests: 2, failures: { Uniqueness: 1 } }],
          deactivationWave: WAVE,
          reprojection: REPROJECTION,
          recentFailures: [FAILURE],
          ignoredAttributes: ['nickName', 'x509Certificates'],
          deletion: null,
        },
        'team-it/idle': {
          generation: 1,
          revision: tenantConfigRevision(idle),
          epoch: 0,
          lastRequestTime: null,
          lastSuccessTime: null,
          users: null,
          buckets: [],
          deactivationWave: null,
          reprojection: null,
          recentFailures: [],
          ignoredAttributes: [],
          deletion: null,
        },
      },
    });
  });

  test('tells of a tenant that is being deleted what still runs, and how far its own deletion is', () => {
    const directory = new TenantDirectory({ logger: aLog().logger, clock: () => 0 });
    const reported = () =>
      buildPodReport(directory, { bootId: 'b', pod: 'p', now: 0, users: () => null }).tenants['team-hr/acme']?.deletion;
    directory.set(aTenantConfig());
    const request = directory.find('team-hr/acme')!.activity.requestBegins();
    expect(reported()).toBeNull();

    const deleting = (id: string) => aTenantConfig({ state: { kind: 'Deleting', id, settled: false } });
    directory.set(deleting('uid-1'));
    expect(reported()).toEqual({ id: 'uid-1', requestsInFlight: 1, progress: null });
    const progress = { startedAt: '2026-11-24T10:00:00.000Z', total: 12, removed: 5, finishedAt: null };
    directory.find('team-hr/acme')!.upkeep.deletion = { id: 'uid-1', progress };
    request[Symbol.dispose]();
    expect(reported()).toEqual({ id: 'uid-1', requestsInFlight: 0, progress });

    directory.set(deleting('uid-2'));
    expect(reported()).toEqual({ id: 'uid-2', requestsInFlight: 0, progress: null });
  });

  test('says so while the configs are not all read', () => {
    const directory = new TenantDirectory({ logger: aLog().logger, clock: () => 0 });

    expect(buildPodReport(directory, { bootId: 'b', pod: 'p', now: 0, users: () => null })).toEqual({
      version: 1,
      bootId: 'b',
      pod: 'p',
      time: '1970-01-01T00:00:00.000Z',
      synced: false,
      tenants: {},
    });
  });
});
