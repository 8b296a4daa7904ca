import { describe, expect, test } from '@jest/globals';
import { podReportSchema, type DeactivationWave, type RecentFailure, type RefusedConfig, type Reprojection } from '#common/pod-report.ts';
import { tenantConfigRevision } from '#common/tenant-config.ts';
import { PodReporter } from '#scim-service/tenancy/pod-reporter.ts';
import { TenantDirectory, type ServedTenant } from '#scim-service/tenancy/tenant-directory.ts';
import type { PeopleCount } from '#scim-service/tenancy/user-count.ts';
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

const REFUSED: RefusedConfig = { revision: '0123456789abcdef', reason: 'it requires "dreams", which this pod does not know' };

const NOT_COUNTED: PeopleCount = { users: null, countedAt: null };

function aReporter(directory: TenantDirectory, clock: () => number = () => 0, people: () => PeopleCount = () => NOT_COUNTED): PodReporter {
  return new PodReporter({ directory, bootId: 'boot-1', pod: 'pod-a', clock, people });
}

describe('the whole report', () => {
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

    const people = ({ key }: ServedTenant): PeopleCount =>
      key === 'team-hr/acme' ? { users: 12, countedAt: clock.now() - 1_000 } : NOT_COUNTED;
    const report = new PodReporter({ directory, bootId: 'boot-1', pod: 'pod-a', clock: clock.now, people }).report(null);

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
          usersTime: '2026-11-24T10:00:04.000Z',
          buckets: [{ start: Date.parse('2026-11-24T10:00:00Z') / 1_000, requests: 2, failures: { Uniqueness: 1 } }],
          deactivationWave: WAVE,
          reprojection: REPROJECTION,
          recentFailures: [FAILURE],
          ignoredAttributes: ['nickName', 'x509Certificates'],
          deletion: null,
          refused: null,
        },
        'team-it/idle': {
          generation: 1,
          revision: tenantConfigRevision(idle),
          epoch: 0,
          lastRequestTime: null,
          lastSuccessTime: null,
          users: null,
          usersTime: null,
          buckets: [],
          deactivationWave: null,
          reprojection: null,
          recentFailures: [],
          ignoredAttributes: [],
          deletion: null,
          refused: null,
        },
      },
      cursor: 'boot-1:1',
      partial: false,
      gone: [],
    });
  });

  test('tells of a tenant that is being deleted what still runs, and how far its own deletion is', () => {
    const directory = new TenantDirectory({ logger: aLog().logger, clock: () => 0 });
    const reporter = aReporter(directory);
    const reported = () => reporter.report(null).tenants['team-hr/acme']?.deletion;
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

  test('tells which config it refuses, of a tenant that it serves as before and of one that it can not serve', () => {
    const directory = new TenantDirectory({ logger: aLog().logger, clock: () => 0 });
    directory.set(aTenantConfig());
    directory.refuse('team-hr/acme', REFUSED);
    directory.refuse('team-hr/never', REFUSED);
    const report = aReporter(
      directory,
      () => 0,
      () => ({ users: 3, countedAt: 0 }),
    ).report(null);

    expect(podReportSchema.parse(report)).toEqual(report);
    expect(report.tenants['team-hr/acme']).toMatchObject({ revision: tenantConfigRevision(aTenantConfig()), users: 3, refused: REFUSED });
    expect(report.tenants['team-hr/never']).toMatchObject({ revision: '', generation: 0, users: null, buckets: [], refused: REFUSED });
  });

  test('says so while the configs are not all read', () => {
    const directory = new TenantDirectory({ logger: aLog().logger, clock: () => 0 });

    expect(aReporter(directory).report(null)).toEqual({
      version: 1,
      bootId: 'boot-1',
      pod: 'pod-a',
      time: '1970-01-01T00:00:00.000Z',
      synced: false,
      tenants: {},
      cursor: 'boot-1:0',
      partial: false,
      gone: [],
    });
  });
});

describe('what has changed since a report', () => {
  function setUp() {
    const clock = aClock('2026-11-24T10:00:00Z');
    const directory = new TenantDirectory({ logger: aLog().logger, clock: clock.now });
    const acme = aTenantConfig();
    for (const config of [acme, aTenantConfig({ name: 'globex' }), aTenantConfig({ name: 'idle' })]) directory.set(config);
    let counted = NOT_COUNTED;
    const reporter = aReporter(directory, clock.now, () => counted);
    const tenant = () => directory.find('team-hr/acme')!;
    const since = (cursor: string | null) => {
      const { partial, tenants, gone, cursor: next } = reporter.report(cursor);
      return { partial, tenants: Object.keys(tenants), gone, cursor: next };
    };
    return { clock, directory, acme, reporter, tenant, since, count: (count: PeopleCount) => (counted = count) };
  }

  test('is nothing while nothing happens, however much time passes', () => {
    const { clock, since } = setUp();
    const { cursor } = since(null);
    clock.advance(3 * 3_600_000);
    expect(since(cursor)).toEqual({ partial: true, tenants: [], gone: [], cursor });
  });

  test.each<{ what: string; change: (world: ReturnType<typeof setUp>) => void }>([
    { what: 'an outcome', change: ({ tenant, clock }) => tenant().window.record('Success', clock.now()) },
    { what: 'a request', change: ({ tenant, clock }) => tenant().activity.record('Refused', { write: false, now: clock.now() }) },
    { what: 'a failure in words', change: ({ tenant }) => tenant().failures.record(FAILURE) },
    { what: 'an attribute that is ignored', change: ({ tenant }) => void tenant().ignored.add(['title']) },
    { what: 'a wave', change: ({ tenant }) => void (tenant().waves.current = WAVE) },
    { what: 'a re-projection', change: ({ tenant }) => void (tenant().upkeep.reprojection = REPROJECTION) },
    { what: 'the progress of a deletion', change: ({ tenant }) => void (tenant().upkeep.deletion = { id: 'uid-1', progress: null }) },
    { what: 'a refusal', change: ({ directory }) => directory.refuse('team-hr/acme', REFUSED) },
    { what: 'another config', change: ({ directory }) => directory.set(aTenantConfig({ generation: 2 })) },
    { what: 'a new epoch, whose notes are as new as it', change: ({ directory }) => directory.set(aTenantConfig({ breakerEpoch: 1 })) },
    {
      what: 'its going and coming between two reports',
      change: ({ directory, acme }) => (directory.delete('team-hr/acme'), directory.set(acme)),
    },
  ])('is the tenant with $what, once for each who asks', ({ change }) => {
    const world = setUp();
    const { cursor } = world.since(null);
    change(world);
    const told = world.since(cursor);
    expect(told).toEqual({ partial: true, tenants: ['team-hr/acme'], gone: [], cursor: expect.not.stringMatching(`^${cursor}$`) });
    expect(world.since(told.cursor).tenants).toEqual([]);
    expect(world.since(cursor)).toEqual(told);
  });

  test('is a tenant that can not be served, with each other refusal, until it is served or goes', () => {
    const { directory, since } = setUp();
    const next = (cursor: string | null) => {
      const told = since(cursor);
      return { told: [told.tenants, told.gone], cursor: told.cursor };
    };
    let { told, cursor } = next(since(null).cursor);
    const expectNext = (tenants: readonly string[], gone: readonly string[] = []): void => {
      ({ told, cursor } = next(cursor));
      expect(told).toEqual([tenants, gone]);
    };
    for (const name of ['never', 'gone'] as const) directory.refuse(`team-hr/${name}`, REFUSED);
    expectNext(['team-hr/never', 'team-hr/gone']);
    directory.refuse('team-hr/never', REFUSED);
    expectNext([]);
    directory.refuse('team-hr/never', { ...REFUSED, reason: 'it is not JSON' });
    directory.delete('team-hr/gone');
    expectNext(['team-hr/never'], ['team-hr/gone']);
    directory.set(aTenantConfig({ name: 'never' }));
    expectNext(['team-hr/never']);
  });

  test('is every tenant whose people were counted, the same number or not', () => {
    const { since, count, clock } = setUp();
    const first = since(null);
    count({ users: 3, countedAt: clock.now() });
    const second = since(first.cursor);
    expect(second.tenants).toHaveLength(3);
    count({ users: 3, countedAt: clock.now() + 60_000 });
    expect(since(second.cursor).tenants).toHaveLength(3);
  });

  test('is each request that begins or ends while the tenant is being deleted, and none while it is in service', () => {
    const { directory, tenant, since } = setUp();
    let { cursor } = since(null);
    const request = tenant().activity.requestBegins();
    expect(since(cursor).tenants).toEqual([]);
    directory.set(aTenantConfig({ state: { kind: 'Deleting', id: 'uid-1', settled: false } }));
    ({ cursor } = since(cursor));
    request[Symbol.dispose]();
    expect(since(cursor).tenants).toEqual(['team-hr/acme']);
  });

  test('is who has gone, until it comes back', () => {
    const { directory, acme, since } = setUp();
    const { cursor } = since(null);
    directory.delete('team-hr/acme');
    const gone = since(cursor);
    expect(gone).toMatchObject({ partial: true, tenants: [], gone: ['team-hr/acme'] });
    directory.set(acme);
    expect(since(cursor)).toMatchObject({ tenants: ['team-hr/acme'], gone: [] });
    expect(since(gone.cursor)).toMatchObject({ tenants: ['team-hr/acme'], gone: [] });
  });

  test('is no longer known once a thousand others went, and then the whole is told', () => {
    const { directory, since } = setUp();
    const many = Array.from({ length: 1_001 }, (_, index) => aTenantConfig({ name: `t-${index}` }));
    for (const config of many) directory.set(config);
    const before = since(null);
    directory.delete('team-hr/t-0');
    const between = since(before.cursor);
    for (let index = 1; index <= 1_000; index++) directory.delete(`team-hr/t-${index}`);
    expect(since(between.cursor).gone).toHaveLength(1_000);
    expect(since(before.cursor)).toMatchObject({ partial: false, gone: [], tenants: ['team-hr/acme', 'team-hr/globex', 'team-hr/idle'] });
  });

  test.each([
    ['none', null],
    ['another start’s', 'boot-0:1'],
    ['one that is yet to come', 'boot-1:9'],
    ['one that goes on', 'boot-1:1x'],
    ['an empty one', ''],
    ['a huge one', `boot-1:${'9'.repeat(40)}`],
  ])('is the whole for a cursor that is not known: %s', (_, cursor) => {
    const { since } = setUp();
    since(null);
    expect(since(cursor)).toMatchObject({ partial: false, tenants: ['team-hr/acme', 'team-hr/globex', 'team-hr/idle'], gone: [] });
  });

  test('is the whole while a clock that was put back catches up, for outcomes that were too old come back with it', () => {
    const { clock, tenant, reporter } = setUp();
    tenant().window.record('InternalError', clock.now());
    clock.advance(2 * 3_600_000 + 20_000);
    const old = reporter.report(null);
    expect(old.tenants['team-hr/acme']?.buckets).toEqual([]);
    clock.advance(-60_000);
    const back = reporter.report(old.cursor);
    expect(back).toMatchObject({ partial: false, tenants: { 'team-hr/acme': { buckets: [{ requests: 1 }] } } });
    clock.advance(60_000);
    expect(reporter.report(back.cursor)).toMatchObject({ partial: true, tenants: {} });
  });

  test('is the whole once, for everybody, after a clock was put back farther than a pod remembers', () => {
    const { clock, tenant, reporter } = setUp();
    tenant().window.record('InternalError', clock.now());
    const before = reporter.report(null);
    clock.advance(-3 * 3_600_000);
    const after = reporter.report(before.cursor);
    expect(after).toMatchObject({ partial: false, tenants: { 'team-hr/acme': { buckets: [] } } });
    expect(reporter.report(after.cursor).partial).toBe(true);
    expect(reporter.report(before.cursor).partial).toBe(false);
  });
});
