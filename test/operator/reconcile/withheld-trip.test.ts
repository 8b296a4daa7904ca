import { describe, expect, test } from '@jest/globals';
import type { ScimTenant } from '#operator/api/scim-tenant.ts';
import type { BreakerStatus } from '#operator/api/scim-tenant-status.ts';
import type { Observed } from '#operator/reconcile/observed.ts';
import { aBreaker, aCondition, anOpenBreaker, aSpec } from '#test/support/a-tenant.ts';
import { anObserved, CONFIG, NOW, pods, reconcile, SETTLED, stored } from '#test/support/an-observed.ts';

/** 4 of 6 requests failed a moment ago. */
const FAILING = pods(CONFIG, {
  outcomes: [{ epoch: 0, buckets: [{ start: Math.floor(NOW / 10_000) * 10, requests: 6, failures: { InvalidValue: 4 } }] }],
});
const FREEZE = { since: '2026-11-24T06:00:00Z', told: ['abc'] };
const REASON = '4 of 6 requests failed within 40m: 4 InvalidValue';
const DRY_WORDS = `Dry run: this would open the breaker: ${REASON}; nothing is done, since the operator runs with BREAKER_DRY_RUN; see https://docs.example.com/troubleshooting.md#dry-run`;
const FREEZE_WORDS = `${REASON}; the tenant stays in service, because many tenants fail at once, which is taken for a failure of the platform; see https://docs.example.com/troubleshooting.md#platform-failure`;

function withBreaker(breaker: BreakerStatus, tripped?: { reason: string; message: string }): ScimTenant {
  const condition = tripped ? [aCondition('Tripped', 'False', tripped.reason, tripped.message)] : [];
  return stored({}, { breaker, conditions: [...SETTLED.conditions, ...condition] });
}

describe('a tenant that would trip', () => {
  const dryRun: Observed['settings'] = { tools: [], dryRun: true };
  const table: {
    name: string;
    observed: Partial<Observed>;
    tripped: [status: string, reason: string, message: string] | null;
    events: [reason: string, message: string][];
    breaker: BreakerStatus;
    requeue: unknown;
  }[] = [
    {
      name: 'in a dry run is told once, and keeps the breaker that it has',
      observed: { pods: FAILING, settings: dryRun },
      tripped: ['False', 'DryRun', DRY_WORDS],
      events: [['DryRun', DRY_WORDS]],
      breaker: aBreaker(),
      requeue: { kind: 'after', milliseconds: 60_000 },
    },
    {
      name: 'in a dry run is not told again, though its figures have changed',
      observed: { pods: FAILING, settings: dryRun, tenant: withBreaker(aBreaker(), { reason: 'DryRun', message: 'the figures of then' }) },
      tripped: ['False', 'DryRun', 'the figures of then'],
      events: [],
      breaker: aBreaker(),
      requeue: { kind: 'after', milliseconds: 60_000 },
    },
    {
      name: 'in a dry run, and does not any more, says nothing of it',
      observed: { settings: dryRun, tenant: withBreaker(aBreaker(), { reason: 'DryRun', message: 'the figures of then' }) },
      tripped: null,
      events: [],
      breaker: aBreaker(),
      requeue: { kind: 'none' },
    },
    {
      name: 'while it is unknown how many others fail says nothing yet and asks again',
      observed: { pods: FAILING, leave: { kind: 'Held', milliseconds: 2_500 } },
      tripped: null,
      events: [],
      breaker: aBreaker(),
      requeue: { kind: 'after', milliseconds: 2_500 },
    },
    {
      name: 'under a freeze is marked and told',
      observed: { pods: FAILING, leave: { kind: 'Frozen', freeze: FREEZE } },
      tripped: ['False', 'PlatformFailure', FREEZE_WORDS],
      events: [['PlatformFailure', FREEZE_WORDS]],
      breaker: aBreaker({ freeze: FREEZE }),
      requeue: { kind: 'after', milliseconds: 60_000 },
    },
    {
      name: 'under a freeze keeps its words when it no longer fails, until the freeze is over',
      observed: {
        leave: { kind: 'Frozen', freeze: FREEZE },
        tenant: withBreaker(aBreaker({ freeze: FREEZE }), { reason: 'PlatformFailure', message: 'the figures of then' }),
      },
      tripped: ['False', 'PlatformFailure', 'the figures of then'],
      events: [],
      breaker: aBreaker({ freeze: FREEZE }),
      requeue: { kind: 'none' },
    },
  ];
  test.each(table)('$name', ({ observed, tripped, events, breaker, requeue }) => {
    const run = reconcile(anObserved(observed));
    const condition = run.status.conditions.find(({ type }) => type === 'Tripped');
    expect(condition ? [condition.status, condition.reason, condition.message] : null).toEqual(tripped);
    expect(run.events.map(({ reason, message }) => [reason, message])).toEqual(events);
    expect(run.status.breaker).toEqual(breaker);
    expect(run.requeue).toEqual(requeue);
    // Nobody is switched off, nothing is mirrored, nobody gets a mail, and the tenant is as ready as before.
    expect(run.actions).toEqual([]);
    expect(run.status.conditions[0]).toMatchObject({ type: 'Ready', status: 'True', reason: 'Programmed' });
  });

  test('is forgiven when the freeze is over: the pods begin to count anew', () => {
    const tenant = withBreaker(aBreaker({ freeze: FREEZE }), { reason: 'PlatformFailure', message: 'the figures of then' });
    const run = reconcile(anObserved({ pods: FAILING, tenant }));
    expect(run.actions).toEqual([{ kind: 'ApplyDerivedConfig', config: { ...CONFIG, breakerEpoch: 1 } }]);
    expect(run.events.map(({ reason }) => reason)).toEqual(['FreezeReleased']);
    expect(run.status.conditions.map(({ type }) => type)).not.toContain('Tripped');
    expect(run.status.breaker).toEqual(aBreaker({ epoch: 1 }));
  });
});

describe('a tripped tenant whose mirror was reverted', () => {
  test('says who did it, and names the ways that are left', () => {
    const breaker = anOpenBreaker({ mirroredTrip: 1, openedAt: null });
    const tenant = stored({ enabledOwners: ['kustomize-controller'], spec: aSpec({ enabled: true }) }, { breaker });
    const ready = reconcile(
      anObserved({ tenant, derived: { ...CONFIG, state: { kind: 'Tripped', openedAt: '2026-11-24T06:00:00Z', reason: REASON } } }),
    );
    const words =
      'give spec.failurePolicy.resetToken or the annotation scim-operator.dev/reset-at a new value (spec.enabled: true comes from kustomize-controller and does not count)';
    expect(ready.status.conditions.find(({ type }) => type === 'Tripped')?.message).toContain(words);
    expect(ready.actions.filter(({ kind }) => kind === 'MirrorDisabled')).toEqual([]);
  });
});
