import { describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { createOperatorMetrics } from '#operator/controller/operator-metrics.ts';
import { aClock } from '#test/support/a-clock.ts';
import { NEVER_SYNCED, type ReprojectionStatus } from '#operator/api/scim-tenant-status.ts';
import { aBreaker, aCondition, anOpenBreaker, aStatus, aTokenStatus } from '#test/support/a-tenant.ts';

const ACME = { namespace: 'team-hr', name: 'acme' };
const SYNC = { ...NEVER_SYNCED, lastSuccessTime: '2026-11-24T06:00:00Z', users: 7 };

const REPROJECTION: ReprojectionStatus = {
  state: 'Done',
  total: 1_000,
  done: 400,
  incomplete: 3,
  startedTime: '2026-11-24T06:00:00Z',
  finishedTime: '2026-11-24T06:01:00Z',
  arrivesWithNextSync: [],
};

function metrics() {
  const registry = new Registry();
  const clock = aClock('2026-11-24T06:00:00Z');
  const created = createOperatorMetrics(registry, clock.now);
  /** Lines of the metrics whose names begin so, without comments and buckets. */
  const lines = async (prefix: string): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith(prefix) && !line.includes('_bucket'));
  return { ...created, lines, clock };
}

describe('metrics of a tenant', () => {
  test('follow its status, and its state has one series', async () => {
    const { tenants, lines } = metrics();
    tenants.set(ACME, 'Active', aStatus({ sync: SYNC }));
    tenants.set(ACME, 'Tripped', aStatus({ conditions: [], breaker: anOpenBreaker({ trips: 2 }), sync: SYNC }));
    expect(await lines('scim_tenant')).toEqual([
      'scim_tenant_info{namespace="team-hr",tenant="acme",state="Tripped"} 1',
      'scim_tenant_ready{namespace="team-hr",tenant="acme"} 0',
      'scim_tenant_breaker_open{namespace="team-hr",tenant="acme"} 1',
      'scim_tenant_users{namespace="team-hr",tenant="acme"} 7',
      `scim_tenant_last_success_timestamp_seconds{namespace="team-hr",tenant="acme"} ${Date.parse('2026-11-24T06:00:00Z') / 1_000}`,
      'scim_tenant_breaker_trips_total{namespace="team-hr",tenant="acme"} 2',
    ]);
  });

  test('go with the term of a leader, and so do the ages of its informers, a freeze and its queue', async () => {
    const { lines, ...operator } = metrics();
    operator.tenants.set(ACME, 'Active', aStatus({ sync: SYNC }));
    operator.informerHeard('ScimTenant');
    operator.frozen(true);
    operator.queue.depth(3);
    expect(await lines('scim_informer')).toHaveLength(1);
    operator.termEnded();
    expect(await lines('scim_tenant')).toEqual([]);
    expect(await lines('scim_informer')).toEqual([]);
    expect(await lines('scim_breaker_frozen')).toEqual(['scim_breaker_frozen 0']);
    expect(await lines('workqueue_depth')).toEqual(['workqueue_depth{name="scimtenant"} 0']);
    operator.tenants.set(ACME, 'Active', aStatus({ sync: SYNC }));
    expect(await lines('scim_tenant_info')).toHaveLength(1);
  });

  test('count the trips of a status once, and never go back', async () => {
    const { tenants, lines } = metrics();
    for (const trips of [2, 2, 3, 0, 1]) tenants.set(ACME, 'Active', aStatus({ breaker: aBreaker({ trips }) }));
    expect(await lines('scim_tenant_breaker_trips_total')).toEqual([
      'scim_tenant_breaker_trips_total{namespace="team-hr",tenant="acme"} 4',
    ]);
  });

  test('show a tenant that has not tripped as 0, and nothing that is not known', async () => {
    const { tenants, lines } = metrics();
    tenants.set(ACME, 'Active', aStatus());
    expect(await lines('scim_tenant_breaker_trips_total')).toEqual([
      'scim_tenant_breaker_trips_total{namespace="team-hr",tenant="acme"} 0',
    ]);
    expect(await lines('scim_tenant_users')).toEqual([]);
  });

  test('tell when a token is due for a change, and nothing of one that never is', async () => {
    const { tenants, lines } = metrics();
    const due = aStatus({ token: aTokenStatus({ expiresAt: '2026-12-24T06:00:00Z' }) });
    tenants.set(ACME, 'Active', due);
    expect(await lines('scim_tenant_token_expiry')).toEqual([
      `scim_tenant_token_expiry_timestamp_seconds{namespace="team-hr",tenant="acme"} ${Date.parse('2026-12-24T06:00:00Z') / 1_000}`,
    ]);
    tenants.set(ACME, 'Active', aStatus());
    expect(await lines('scim_tenant_token_expiry')).toEqual([]);
    tenants.set(ACME, 'Active', due);
    tenants.remove(ACME);
    expect(await lines('scim_tenant_token_expiry')).toEqual([]);
  });

  test('tell how many people are still to be made anew, only while that goes on', async () => {
    const { tenants, lines } = metrics();
    const told: string[][] = [];
    const running = { ...REPROJECTION, state: 'Running', finishedTime: null } as const;
    for (const reprojection of [null, running, { ...running, done: 950 }, REPROJECTION, { ...running, total: 5, done: 0 }]) {
      tenants.set(ACME, 'Active', aStatus({ sync: { ...SYNC, reprojection } }));
      told.push(await lines('scim_tenant_reprojection_remaining'));
    }
    const line = (people: number): string => `scim_tenant_reprojection_remaining{namespace="team-hr",tenant="acme"} ${people}`;
    expect(told).toEqual([[], [line(600)], [line(50)], [], [line(5)]]);
  });

  test('tell how much is still to be removed of a tenant that is being deleted', async () => {
    const { tenants, lines } = metrics();
    tenants.set(ACME, 'Deleting', aStatus({ deletion: { startedTime: '2026-11-24T06:00:00Z', total: 12, removed: 5 } }));
    expect(await lines('scim_tenant_deletion_remaining')).toEqual(['scim_tenant_deletion_remaining{namespace="team-hr",tenant="acme"} 7']);
    tenants.remove(ACME);
    expect(await lines('scim_tenant_deletion_remaining')).toEqual([]);
  });

  test('tell a withheld trip and a pause, only while they last', async () => {
    const { tenants, lines } = metrics();
    const told: string[][] = [];
    for (const conditions of [
      [],
      [aCondition('Tripped', 'False', 'DryRun', 'would trip'), aCondition('Ready', 'Unknown', 'Paused', 'paused')],
      [aCondition('Tripped', 'True', 'TooManyFailures', 'tripped')],
    ]) {
      tenants.set(ACME, 'Active', aStatus({ conditions }));
      told.push([...(await lines('scim_tenant_trip_withheld')), ...(await lines('scim_tenant_paused'))]);
    }
    const labels = '{namespace="team-hr",tenant="acme"}';
    expect(told).toEqual([[], [`scim_tenant_trip_withheld${labels} 1`, `scim_tenant_paused${labels} 1`], []]);
  });

  test('go with the tenant', async () => {
    const { tenants, lines } = metrics();
    tenants.set(ACME, 'Active', aStatus({ sync: { ...SYNC, reprojection: { ...REPROJECTION, state: 'Running' } } }));
    tenants.remove(ACME);
    tenants.remove({ namespace: 'team-hr', name: 'never-seen' });
    expect(await lines('scim_tenant')).toEqual([]);
  });
});

describe('metrics of the operator', () => {
  test('are there from the start, so that a rate over them is one', async () => {
    const { lines } = metrics();
    expect(await lines('controller_runtime_reconcile_total')).toHaveLength(4);
    expect(await lines('workqueue_')).toEqual([
      'workqueue_depth{name="scimtenant"} 0',
      'workqueue_adds_total{name="scimtenant"} 0',
      'workqueue_retries_total{name="scimtenant"} 0',
    ]);
    expect(await lines('scim_notifications_total')).toEqual([
      'scim_notifications_total{outcome="delivered"} 0',
      'scim_notifications_total{outcome="failed"} 0',
    ]);
    expect(await lines('leader_election_master_status')).toEqual(['leader_election_master_status{name="scimtenant"} 0']);
  });

  test('follow what they are told', async () => {
    const { lines, queue, ...metric } = metrics();
    metric.reconciled('requeue_after', 0.02);
    metric.leading(true);
    metric.notified('failed');
    metric.frozen(true);
    metric.configPropagated(0.5);
    queue.depth(3);
    queue.added();
    queue.retried();
    expect(await lines('controller_runtime_reconcile_total{controller="scimtenant",result="requeue_after"}')).toEqual([
      expect.stringMatching(/ 1$/),
    ]);
    expect(await lines('controller_runtime_reconcile_time_seconds_count')).toEqual([expect.stringMatching(/ 1$/)]);
    expect(await lines('leader_election_master_status')).toEqual([expect.stringMatching(/ 1$/)]);
    expect(await lines('scim_breaker_frozen')).toEqual(['scim_breaker_frozen 1']);
    expect(await lines('scim_notifications_total{outcome="failed"}')).toEqual([expect.stringMatching(/ 1$/)]);
    expect(await lines('scim_config_propagation_seconds_sum')).toEqual(['scim_config_propagation_seconds_sum 0.5']);
    expect(await lines('workqueue_')).toEqual([expect.stringMatching(/ 3$/), expect.stringMatching(/ 1$/), expect.stringMatching(/ 1$/)]);
  });

  test('tell how long an informer has been silent at the moment of the scrape', async () => {
    const { lines, clock, ...metric } = metrics();
    metric.informerHeard('ScimTenant');
    clock.advance(42_000);
    expect(await lines('scim_informer_last_event_age_seconds')).toEqual(['scim_informer_last_event_age_seconds{kind="ScimTenant"} 42']);
  });
});
