import { describe, expect, test } from '@jest/globals';
import type { ScimTenant } from '#operator/api/scim-tenant.ts';
import type { Observed } from '#operator/reconcile/observed.ts';
import { aBreaker, aCondition, anOpenBreaker, aSpec, aStatus } from '#test/support/a-tenant.ts';
import { anObserved, CONFIG, NOW, pods, reconcile, SETTLED, stored } from '#test/support/an-observed.ts';

const PAUSED = { annotations: { 'scim-operator.dev/paused': 'true' } };
const FAILING = pods(CONFIG, {
  outcomes: [{ epoch: 0, buckets: [{ start: Math.floor(NOW / 10_000) * 10, requests: 6, failures: { InvalidValue: 4 } }] }],
});

function paused(overrides: Partial<ScimTenant> = {}, status: Parameters<typeof stored>[1] = {}): ScimTenant {
  return stored({ ...PAUSED, ...overrides }, status);
}

describe('a paused tenant', () => {
  const table: { name: string; observed: Partial<Observed> }[] = [
    { name: 'that was changed', observed: { tenant: paused({ generation: 2, spec: aSpec({ displayName: 'Changed' }) }) } },
    { name: 'that was switched off', observed: { tenant: paused({ generation: 2, spec: aSpec({ enabled: false }) }) } },
    { name: 'whose spec became unreadable', observed: { tenant: paused({ spec: { problems: ['spec.colour: no such field'] } }) } },
    { name: 'whose Secret is gone', observed: { tenant: paused(), tokenSecret: null } },
    {
      name: 'whose Secret would have to be made',
      observed: { tenant: paused({ spec: aSpec({ tokenPolicy: { generate: true } }) }), tokenSecret: null },
    },
    { name: 'whose config was tampered with', observed: { tenant: paused(), derived: null, pods: pods(null) } },
    { name: 'that fails', observed: { tenant: paused(), pods: FAILING } },
    {
      name: 'whose directory wants many people gone',
      observed: {
        tenant: paused(),
        pods: pods(CONFIG, { waves: [{ epoch: 0, wave: { at: '2026-11-24T06:00:09Z', deactivations: 31, limit: 30, people: 100 } }] }),
      },
    },
    { name: 'whose trip owes a mirror and mails', observed: { tenant: paused({}, { breaker: anOpenBreaker() }) } },
    {
      name: 'whose breaker a person has reset',
      observed: {
        tenant: paused(
          { annotations: { ...PAUSED.annotations, 'scim-operator.dev/reset-at': 'now' } },
          { breaker: anOpenBreaker({ mirroredTrip: 1 }) },
        ),
      },
    },
    {
      name: 'that a freeze had marked',
      observed: { tenant: paused({}, { breaker: aBreaker({ freeze: { since: '2026-11-24T06:00:00Z', told: [] } }) }) },
    },
  ];
  test.each(table)('$name: nothing is changed, and breaker and token stay as they were told', ({ observed }) => {
    const input = anObserved(observed);
    const run = reconcile(input);
    expect(run.actions).toEqual([]);
    expect(run.status.breaker).toEqual(input.tenant.status?.breaker);
    expect(run.status.token).toEqual(input.tenant.status?.token);
    expect(run.status.conditions[0]).toMatchObject({ type: 'Ready', status: 'Unknown', reason: 'Paused' });
    expect(run.events.map(({ reason }) => reason)).toEqual(['Paused']);
    expect(run.requeue).toEqual({ kind: 'none' });
  });

  test('that nobody has looked at before waits for the end of the pause', () => {
    const run = reconcile(anObserved({ tenant: paused({ status: null }), derived: null, pods: pods(null) }));
    expect(run.actions).toEqual([]);
    expect(run.status).toMatchObject({ observedGeneration: 1, breaker: { state: 'Closed' }, token: { fingerprint: null } });
    expect(run.status.conditions.map(({ type, status, reason }) => `${type}=${status}/${reason}`)).toEqual(['Ready=Unknown/Paused']);
  });

  test('says nothing more while nothing happens', () => {
    const first = reconcile(anObserved({ tenant: paused() }));
    const second = reconcile(anObserved({ tenant: stored(PAUSED, first.status) }));
    expect(second.status).toEqual(first.status);
    expect(second.events).toEqual([]);
  });

  test('keeps what was said beside Ready, of the generation of then, and does not call a fault mended', () => {
    const conditions = [
      aCondition('Ready', 'False', 'MappingInvalid', 'a fault'),
      aCondition('Stalled', 'True', 'MappingInvalid', 'a fault'),
      aCondition('TokenReady', 'True', 'Accepted', 'The token is accepted'),
    ];
    const run = reconcile(anObserved({ tenant: paused({ generation: 2 }, { conditions }) }));
    expect(run.status.conditions.slice(1)).toEqual(conditions.slice(2));
    expect(run.status.observedGeneration).toBe(2);
    expect(run.events.map(({ reason }) => reason)).toEqual(['Paused']);
  });

  test('goes on telling when people came and how many they are', () => {
    const told = { lastRequestTime: '2026-11-24T06:00:00.000Z', users: 12 };
    const run = reconcile(anObserved({ tenant: paused(), pods: pods(CONFIG, told) }));
    expect(run.status.sync).toMatchObject({ lastRequestTime: '2026-11-24T06:00:00Z', users: 12 });
  });

  test.each(['false', '', 'True', 'yes'])('is one whose annotation is true, and not %j', (value) => {
    const run = reconcile(anObserved({ tenant: stored({ annotations: { 'scim-operator.dev/paused': value } }) }));
    expect(run.status.conditions[0]).toMatchObject({ status: 'True', reason: 'Programmed' });
  });
});

describe('the end of a pause', () => {
  const conditions = [aCondition('Ready', 'Unknown', 'Paused', 'Paused'), ...SETTLED.conditions.slice(1)];

  test('brings about what has changed meanwhile', () => {
    const tenant = stored({ generation: 2, spec: aSpec({ displayName: 'Changed' }) }, { conditions });
    const run = reconcile(anObserved({ tenant }));
    expect(run.actions).toEqual([{ kind: 'ApplyDerivedConfig', config: { ...CONFIG, generation: 2, displayName: 'Changed' } }]);
    expect(run.events.map(({ reason }) => reason)).toEqual(['Resumed']);
  });

  test('trips for what has failed within the window, pause or not', () => {
    const run = reconcile(anObserved({ tenant: stored({}, { conditions }), pods: FAILING }));
    expect(run.status.breaker).toMatchObject({ state: 'Open', trips: 1 });
    expect(run.events.map(({ reason }) => reason)).toEqual(['Tripped', 'Resumed']);
  });

  test('closes a breaker that a person has reset meanwhile', () => {
    const tenant = aStatus({ ...SETTLED, conditions, breaker: anOpenBreaker({ mirroredTrip: 1, openedAt: null }) });
    const run = reconcile(anObserved({ tenant: stored({ enabledOwners: ['kubectl-patch'] }, tenant) }));
    expect(run.status.breaker).toMatchObject({ state: 'Closed', epoch: 1 });
  });
});
