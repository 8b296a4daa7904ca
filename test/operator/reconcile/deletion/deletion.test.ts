import { describe, expect, test } from '@jest/globals';
import { tenantConfigSchema, type TenantConfig } from '#common/tenant-config.ts';
import type { PodDeletion } from '#common/pod-report.ts';
import { concludeDeletion, releaseEvent } from '#operator/reconcile/deletion/conclude-deletion.ts';
import { decideDeletion, type DeletionDecision } from '#operator/reconcile/deletion/decide-deletion.ts';
import type { ObservedDeletion } from '#operator/reconcile/deletion/observed-deletion.ts';
import { CONFIG, NOW, pods, SETTLED } from '#test/support/an-observed.ts';
import { aCondition, aSpec, aTenant } from '#test/support/a-tenant.ts';

const UID = aTenant().uid;
const REQUESTED = '2026-11-24T06:00:00Z';
const PROGRESS = { startedAt: '2026-11-24T06:00:01.500Z', total: 12, removed: 5, finishedAt: null };

function deleted(overrides: Partial<ObservedDeletion['tenant']> = {}): ObservedDeletion['tenant'] {
  const spec = aSpec({ tenantDeletion: 'Delete' });
  return { ...aTenant({ status: SETTLED, generation: 2, held: true, spec }), deletionRequestedAt: REQUESTED, ...overrides };
}

function deleting(settled: boolean, overrides: Partial<TenantConfig> = {}): TenantConfig {
  return { ...CONFIG, generation: 2, state: { kind: 'Deleting', id: UID, settled }, ...overrides };
}

function told(...deletions: (Partial<PodDeletion> | null)[]): ObservedDeletion['pods'] {
  return pods(null, {
    deletions: deletions.flatMap((deletion) => (deletion ? [{ id: UID, requestsInFlight: 0, progress: null, ...deletion }] : [])),
  });
}

function anObserved(overrides: Partial<ObservedDeletion> = {}): ObservedDeletion {
  return {
    now: NOW,
    externalUrl: 'https://scim.example.com',
    docsUrl: null,
    tenant: deleted(),
    derived: deleting(false),
    pods: told({}, {}),
    namespaceHasWaited: false,
    ...overrides,
  };
}

const over: Partial<PodDeletion> = { progress: { ...PROGRESS, removed: 12, finishedAt: '2026-11-24T06:00:09.000Z' } };
const OTHER = { id: 'the-uid-of-another-one' };

interface Case {
  readonly name: string;
  readonly reason: string;
  readonly observed: Partial<ObservedDeletion>;
  readonly decision: DeletionDecision;
}

const remove = (config: TenantConfig, isNew: boolean): DeletionDecision => ({ kind: 'Remove', config, isNew });

const CASES: readonly Case[] = [
  {
    name: 'a deletion begins with a config that refuses requests',
    reason: 'all else stays, so that whoever calls still gets an answer that tells why',
    observed: { derived: CONFIG, pods: pods(CONFIG) },
    decision: remove(deleting(false), true),
  },
  {
    name: 'it is settled once every pod has stopped',
    reason: 'nobody can be written any more',
    observed: {},
    decision: remove(deleting(true), true),
  },
  {
    name: 'it is not settled while a pod has a request under way',
    reason: 'that request may write somebody',
    observed: { pods: told({}, { requestsInFlight: 1 }) },
    decision: remove(deleting(false), false),
  },
  {
    name: 'it is not settled while a pod is silent, or of a version that does not know deletions',
    reason: 'that pod may serve the tenant still',
    observed: { pods: told({}, null) },
    decision: remove(deleting(false), false),
  },
  {
    name: 'it is not settled by what pods say of an earlier tenant of the name',
    reason: 'they have not heard of this deletion',
    observed: { pods: told(OTHER, OTHER) },
    decision: remove(deleting(false), false),
  },
  {
    name: 'it is not settled while no pod is there',
    reason: 'one that can not be found may serve it',
    observed: { pods: pods(null, { expected: 0 }) },
    decision: remove(deleting(false), false),
  },
  {
    name: 'it stays settled when a pod is silent for a moment, or a new one starts',
    reason: 'who starts now never served it',
    observed: { derived: deleting(true), pods: told({}, null) },
    decision: remove(deleting(true), false),
  },
  {
    name: 'what another tenant of the name had settled counts for nothing',
    reason: 'pods that served this one have not stopped',
    observed: { derived: deleting(true, { state: { kind: 'Deleting', settled: true, ...OTHER } }), pods: told(OTHER, OTHER) },
    decision: remove(deleting(false), true),
  },
  {
    name: 'it goes on before the pods have been asked',
    reason: 'a leader that has just taken over knows nothing yet',
    observed: { pods: null },
    decision: remove(deleting(false), false),
  },
  {
    name: 'the tenant goes once a pod says that nothing is left',
    reason: 'what one pod says is what the store says',
    observed: { derived: deleting(true), pods: told({ progress: PROGRESS }, over) },
    decision: { kind: 'Release', why: 'removed' },
  },
  {
    name: 'that nothing is left of another one lets nobody go',
    reason: 'it was another deletion',
    observed: { derived: deleting(true), pods: told({ ...over, ...OTHER }, {}) },
    decision: remove(deleting(true), false),
  },
  {
    name: 'with tenantDeletion: Retain it goes at once',
    reason: 'the way out for who changes their mind',
    observed: { tenant: deleted({ spec: aSpec() }) },
    decision: { kind: 'Release', why: 'kept' },
  },
  {
    name: 'it goes when its namespace has waited for long enough',
    reason: 'a namespace is not blocked for ever',
    observed: { namespaceHasWaited: true },
    decision: { kind: 'Release', why: 'given up' },
  },
  {
    name: 'it goes as one whose people are removed when that is so by then',
    reason: 'nothing was given up',
    observed: { derived: deleting(true), pods: told(over, null), namespaceHasWaited: true },
    decision: { kind: 'Release', why: 'removed' },
  },
  {
    name: 'a spec that can not be read does not end it',
    reason: 'the finalizer says what was asked for',
    observed: { tenant: deleted({ spec: { problems: ['spec.colour: no such field'] } }) },
    decision: remove(deleting(true), true),
  },
];

describe('a tenant whose deletion was asked for', () => {
  test.each(CASES)('$name ($reason)', ({ observed, decision }) => {
    expect(decideDeletion(anObserved(observed))).toEqual(decision);
  });

  test('that never had a config gets one that lets nobody in, for who may be there from before', () => {
    const decision = decideDeletion(anObserved({ derived: null, pods: pods(null) }));
    expect(decision).toMatchObject({
      kind: 'Remove',
      isNew: true,
      config: { namespace: 'team-hr', name: 'acme', tokenDigests: [], mapping: [], state: { kind: 'Deleting', id: UID, settled: false } },
    });
    expect(() => tenantConfigSchema.parse(decision.kind === 'Remove' && decision.config)).not.toThrow();
  });
});

function conclude(overrides: Partial<ObservedDeletion> = {}, failed: Error | null = null) {
  const observed = anObserved(overrides);
  const decision = decideDeletion(observed);
  if (decision.kind !== 'Remove') throw new Error('the tenant goes');
  const { status, events, requeue } = concludeDeletion(observed, decision, failed);
  const conditions = status.conditions.map(({ type, status: value, reason }) => `${type}=${value}/${reason}`).join(' ');
  return { status, events: events.map(({ type, reason }) => `${type} ${reason}`), requeue, conditions };
}

describe('what is told of it', () => {
  test('is that it is being deleted, how far, and once that this has begun', () => {
    const { status, events, conditions, requeue } = conclude({ derived: deleting(true), pods: told({}, { progress: PROGRESS }) });
    expect(conditions).toBe('Ready=False/Deleting Reconciling=True/Deleting');
    expect(status).toMatchObject({
      observedGeneration: 2,
      endpoint: SETTLED.endpoint,
      programmed: { generation: 2, pods: 2, acknowledged: 2 },
      breaker: SETTLED.breaker,
      token: SETTLED.token,
      deletion: { startedTime: '2026-11-24T06:00:01Z', total: 12, removed: 5 },
    });
    expect(events).toEqual(['Normal DeletionStarted']);
    expect(requeue).toEqual({ kind: 'after', milliseconds: 10_000 });

    const tenant = deleted({ status });
    expect(conclude({ tenant, derived: deleting(true), pods: told({}, { progress: PROGRESS }) })).toMatchObject({ status, events: [] });
  });

  test.each<[string, Partial<ObservedDeletion>, string, number]>([
    ['that pods have to stop', { pods: told({}, null) }, 'waits until every pod', 10_500],
    ['that there is no pod', { pods: pods(null, { expected: 0 }) }, 'no pod of the SCIM service is there', 10_000],
    ['that no pod could begin', { derived: deleting(true), pods: told({}, {}) }, 'could begin', 10_000],
    ['that people are removed', { derived: deleting(true), pods: told({ progress: PROGRESS }, {}) }, 'are removed from the store', 10_000],
  ])('is %s, each with the way out', (_, observed, words, milliseconds) => {
    const { status, requeue } = conclude(observed);
    expect(status.conditions[0]?.message).toContain(words);
    expect(status.conditions[0]?.message).toContain('spec.tenantDeletion: Retain');
    expect(status.conditions[0]?.message).not.toMatch(/\d/);
    expect(requeue).toEqual({ kind: 'after', milliseconds });
  });

  test('is that pods of another version keep it from going on', () => {
    const reason = 'it can’t be read: state.kind: Invalid input';
    const { status, requeue } = conclude({ pods: { ...told(null, {})!, refusals: [reason] } });
    expect(status.conditions[0]?.message).toBe(
      'Being deleted; waits for pods of another version: 1 of 2 pods of the SCIM service refuse this configuration: ' +
        `${reason}; with spec.tenantDeletion: Retain it goes at once, and who is left stays`,
    );
    // As long again as it has waited, and never longer than half a minute.
    expect(requeue).toEqual({ kind: 'after', milliseconds: 10_500 });
  });

  test('keeps the figures while no pod tells any', () => {
    const deletion = { startedTime: '2026-11-24T06:00:01Z', total: 12, removed: 5 };
    const { status } = conclude({ tenant: deleted({ status: { ...SETTLED, deletion } }), pods: told(null, null) });
    expect(status.deletion).toEqual(deletion);
  });

  test('is told also of a tenant that has no status yet', () => {
    const { status, conditions } = conclude({ tenant: deleted({ status: null }) });
    expect(conditions).toBe('Ready=False/Deleting Reconciling=True/Deleting');
    expect(status).toMatchObject({ endpoint: 'https://scim.example.com/team-hr/acme/scim/v2', breaker: { state: 'Closed' } });
  });

  test('says when the config can not be written, and that it has begun only afterwards', () => {
    const { conditions, events, requeue } = conclude({ derived: CONFIG }, new Error('no'));
    expect(conditions).toBe('Ready=False/ConfigNotWritten Reconciling=True/ConfigNotWritten');
    expect([events, requeue]).toEqual([[], { kind: 'backoff' }]);
    const failed = deleted({ status: { ...SETTLED, conditions: [aCondition('Ready', 'False', 'ConfigNotWritten', 'no')] } });
    expect(conclude({ tenant: failed }).events).toEqual(['Normal DeletionStarted']);
  });

  test('is at the end how many records went, or that people are left', () => {
    const observed = anObserved({ pods: told({ progress: PROGRESS }, over) });
    expect(releaseEvent(observed, 'removed')).toEqual({
      type: 'Normal',
      reason: 'PeopleRemoved',
      message: 'All people of team-hr/acme are removed from the store: 12 people, groups and memberships',
    });
    expect(releaseEvent(observed, 'kept')).toMatchObject({ type: 'Normal', reason: 'PeopleKept' });
    expect(releaseEvent(observed, 'given up')).toMatchObject({
      type: 'Warning',
      reason: 'DeletionGivenUp',
      message: expect.stringMatching(/^ScimTenant team-hr\/acme was let go .* DELETION_TIMEOUT/),
    });
  });
});
