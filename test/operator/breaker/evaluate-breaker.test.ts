import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { CLIENT_FAILURE_CLASSES, SERVER_FAILURE_CLASSES, type DeactivationWave, type FailureClass } from '#common/pod-report.ts';
import { BREAKER_FIELD_MANAGER } from '#operator/api/scim-tenant.ts';
import { scimTenantSpecSchema, type FailurePolicy } from '#operator/api/scim-tenant-spec.ts';
import { evaluateBreaker, type BreakerInput, type BreakerResult, type TripLeave } from '#operator/breaker/evaluate-breaker.ts';
import { toolManagers } from '#operator/breaker/tool-managers.ts';
import { windowTotals, type EpochOutcomes, type WindowTotals } from '#operator/breaker/window-totals.ts';
import { aBreaker, anOpenBreaker, aWaveBreaker } from '#test/support/a-tenant.ts';

const NOW = Date.parse('2026-11-24T07:00:00.250Z');

function aPolicy(overrides: Partial<FailurePolicy> = {}): FailurePolicy {
  return { ...scimTenantSpecSchema.shape.failurePolicy.parse({}), minRequests: 20, maxFailures: 10, ...overrides };
}

function anInput(overrides: Partial<BreakerInput> = {}): BreakerInput {
  return {
    previous: aBreaker(),
    policy: aPolicy(),
    totals: { requests: 0, failures: {} },
    wave: null,
    enabled: true,
    enabledOwners: ['kubectl'],
    possibleOwners: [],
    enablingManifests: [],
    tools: toolManagers([]),
    leave: { kind: 'Allowed' },
    resetAt: '',
    now: NOW,
    ...overrides,
  };
}

const WAVE: DeactivationWave = { at: '2026-11-24T06:59:59.123Z', deactivations: 31, limit: 30, people: 100 };
const TOO_MANY: WindowTotals = { requests: 30, failures: { InvalidValue: 12, StoreUnavailable: 3 } };

describe('a closed breaker', () => {
  test('that opens says when, why, and from what totals', () => {
    const previous = aBreaker({ trips: 2, epoch: 2 });
    expect(evaluateBreaker(anInput({ previous, totals: TOO_MANY }))).toEqual({
      happened: 'tripped',
      withheld: null,
      status: {
        ...previous,
        state: 'Open',
        reason: '15 of 30 requests failed within 40m: 12 InvalidValue, 3 StoreUnavailable',
        openedAt: '2026-11-24T07:00:00Z',
        trips: 3,
        failures: 15,
        requests: 30,
        classes: { InvalidValue: 12, StoreUnavailable: 3 },
        cause: 'Failures',
        wave: null,
      },
    });
  });

  test.each<{ name: string; input: Partial<BreakerInput>; reason: string; counted: Partial<BreakerInput['previous']> }>([
    {
      name: 'without a failed request',
      input: { totals: { requests: 31, failures: {} } },
      reason: '31 of 100 people would be deactivated within 40m, more than users.maxDeactivations allows (30)',
      counted: { failures: 0, requests: 31, classes: {} },
    },
    {
      name: 'rather than for failures that would do',
      input: { totals: TOO_MANY },
      reason: '31 of 100 people would be deactivated within 40m, more than users.maxDeactivations allows (30)',
      counted: { failures: 15, requests: 30, classes: TOO_MANY.failures },
    },
    {
      name: 'that is done and told where it only notifies',
      input: { totals: { requests: 31, failures: {} }, policy: aPolicy({ action: 'NotifyOnly', window: '1h' }) },
      reason: '31 of 100 people were deactivated within 1h, more than users.maxDeactivations allows (30)',
      counted: { failures: 0, requests: 31, classes: {} },
    },
    {
      name: 'of a tenant that had fewer people when the window began',
      input: { totals: { requests: 31, failures: {} }, wave: { ...WAVE, people: 10, limit: 20 } },
      reason: '31 people would be deactivated within 40m, more than users.maxDeactivations allows (20)',
      counted: { failures: 0, requests: 31, classes: {} },
    },
  ])('opens at once for a wave of deactivations $name', ({ input, reason, counted }) => {
    const wave = input.wave ?? WAVE;
    const previous = anOpenBreaker({ state: 'Closed', reason: '', openedAt: null, epoch: 1 });
    const { at: _at, ...kept } = wave;
    expect(evaluateBreaker(anInput({ previous, wave, ...input }))).toEqual({
      happened: 'tripped',
      withheld: null,
      status: {
        ...previous,
        state: 'Open',
        reason,
        openedAt: '2026-11-24T07:00:00Z',
        trips: 2,
        cause: 'DeactivationWave',
        wave: kept,
        ...counted,
      },
    });
  });

  const table: { name: string; reason: string; input: Partial<BreakerInput>; opens: boolean }[] = [
    {
      name: 'exactly at all three limits',
      reason: 'limits are reached, not exceeded',
      input: { totals: { requests: 25, failures: { Uniqueness: 10 } } },
      opens: true,
    },
    { name: 'one request short', reason: 'minRequests', input: { totals: { requests: 19, failures: { Uniqueness: 19 } } }, opens: false },
    { name: 'one failure short', reason: 'maxFailures', input: { totals: { requests: 20, failures: { Uniqueness: 9 } } }, opens: false },
    { name: 'below the ratio', reason: 'maxFailureRatio', input: { totals: { requests: 26, failures: { Uniqueness: 10 } } }, opens: false },
    { name: 'not asked yet', reason: 'no poll is no fact', input: { totals: null }, opens: false },
    { name: 'switched off by a person before a wave', reason: 'as with failures', input: { wave: WAVE, enabled: false }, opens: false },
    { name: 'switched off by a person', reason: 'nothing left to switch off', input: { totals: TOO_MANY, enabled: false }, opens: false },
    {
      name: 'failing by client errors that do not count',
      reason: 'countClientErrors: false',
      input: { totals: TOO_MANY, policy: aPolicy({ countClientErrors: false }) },
      opens: false,
    },
    {
      name: 'failing by server errors alone',
      reason: 'server classes always count',
      input: {
        totals: { requests: 25, failures: { InternalError: 4, StoreUnavailable: 6 } },
        policy: aPolicy({ countClientErrors: false }),
      },
      opens: true,
    },
    {
      name: 'to notify only',
      reason: 'it opens all the same',
      input: { totals: TOO_MANY, policy: aPolicy({ action: 'NotifyOnly' }) },
      opens: true,
    },
  ];
  test.each(table)('$name: opens is $opens ($reason)', ({ input, opens }) => {
    const { status, happened } = evaluateBreaker(anInput(input));
    expect({ state: status.state, happened }).toEqual(
      opens ? { state: 'Open', happened: 'tripped' } : { state: 'Closed', happened: 'none' },
    );
  });

  test('counts only server classes in its status when client errors do not count', () => {
    const totals: WindowTotals = { requests: 30, failures: { InvalidValue: 5, StoreUnavailable: 12 } };
    const { status } = evaluateBreaker(anInput({ totals, policy: aPolicy({ countClientErrors: false }) }));
    expect(status).toMatchObject({ failures: 12, requests: 30, classes: { StoreUnavailable: 12 } });
  });

  test('notes a reset value without starting an epoch', () => {
    const result = evaluateBreaker(anInput({ policy: aPolicy({ resetToken: 'a' }), resetAt: 'b' }));
    expect(result).toEqual({ happened: 'none', withheld: null, status: aBreaker({ observedResetToken: 'a', observedResetAt: 'b' }) });
  });

  test('is given back as it is when there is nothing new', () => {
    const previous = aBreaker();
    expect(evaluateBreaker(anInput({ previous })).status).toBe(previous);
  });
});

describe('an open breaker', () => {
  const mirrored = anOpenBreaker({ trips: 3, epoch: 2, mirroredTrip: 3 });
  const table: { name: string; input: Partial<BreakerInput>; closes: boolean }[] = [
    { name: 'stays open without a reason to close', input: { enabled: false, enabledOwners: [BREAKER_FIELD_MANAGER] }, closes: false },
    { name: 'stays open when its window has emptied', input: { totals: { requests: 0, failures: {} }, enabled: false }, closes: false },
    { name: 'closes when a person sets enabled after the mirror', input: { enabledOwners: ['kubectl-edit'] }, closes: true },
    { name: 'closes when a file says enabled after the mirror', input: { enabledOwners: ['file'] }, closes: true },
    { name: 'closes when a person and Argo CD say enabled', input: { enabledOwners: ['argocd-controller', 'kubectl-edit'] }, closes: true },
    ...['argocd-controller', 'kustomize-controller', 'helm-controller', 'helm', 'flux'].map((tool) => ({
      name: `stays open when ${tool} reverts the mirror`,
      input: { enabledOwners: [tool] },
      closes: false,
    })),
    {
      name: 'stays open when a manifest that said enabled before says it again',
      input: {
        previous: { ...mirrored, enablingManifests: ['kubectl-client-side-apply'] },
        enabledOwners: ['kubectl-client-side-apply'],
        enablingManifests: ['kubectl-client-side-apply'],
      },
      closes: false,
    },
    {
      name: 'closes when a manifest says enabled that did not before',
      input: { enabledOwners: ['kubectl-client-side-apply'], enablingManifests: ['kubectl-client-side-apply'] },
      closes: true,
    },
    {
      name: 'stays open when a tool of this installation reverts the mirror',
      input: { enabledOwners: ['ci-7'], tools: ['ci-*'] },
      closes: false,
    },
    { name: 'closes by a new reset-at during a dry run', input: { enabled: false, resetAt: 'x', leave: { kind: 'DryRun' } }, closes: true },
    { name: 'stays open when nobody owns enabled', input: { enabledOwners: [] }, closes: false },
    {
      name: 'stays open before its mirror is written, whoever owns enabled',
      input: { previous: anOpenBreaker({ trips: 3, epoch: 2, mirroredTrip: 2 }), enabledOwners: ['kubectl'] },
      closes: false,
    },
    { name: 'closes by a new resetToken', input: { enabled: false, policy: aPolicy({ resetToken: 'again' }) }, closes: true },
    { name: 'closes by a new reset-at', input: { enabled: false, resetAt: '2026-11-24' }, closes: true },
    { name: 'closes by a reset before the pods have been asked', input: { enabled: false, resetAt: 'x', totals: null }, closes: true },
    {
      name: 'that only notifies stays open above the limits',
      input: { policy: aPolicy({ action: 'NotifyOnly' }), totals: TOO_MANY, enabledOwners: [] },
      closes: false,
    },
    {
      name: 'that only notifies closes below the limits',
      input: { policy: aPolicy({ action: 'NotifyOnly' }), enabledOwners: [] },
      closes: true,
    },
    {
      name: 'that only notifies stays open until the pods have been asked',
      input: { policy: aPolicy({ action: 'NotifyOnly' }), totals: null, enabledOwners: [] },
      closes: false,
    },
    {
      name: 'that only notifies stays open while a wave is in its window',
      input: { previous: aWaveBreaker(), policy: aPolicy({ action: 'NotifyOnly' }), wave: WAVE, enabledOwners: [] },
      closes: false,
    },
    {
      name: 'that only notifies closes once a wave has left its window',
      input: { previous: aWaveBreaker(), policy: aPolicy({ action: 'NotifyOnly' }), enabledOwners: [] },
      closes: true,
    },
    {
      name: 'that switches off stays open when a wave has left its window',
      input: { previous: aWaveBreaker({ mirroredTrip: 1 }), enabled: false },
      closes: false,
    },
    {
      name: 'for a wave closes when a person sets enabled after the mirror',
      input: { previous: aWaveBreaker({ mirroredTrip: 1 }), wave: WAVE, enabledOwners: ['kubectl-edit'] },
      closes: true,
    },
  ];
  test.each(table)('$name', ({ input, closes }) => {
    const { status, happened } = evaluateBreaker(anInput({ previous: mirrored, ...input }));
    expect({ state: status.state, happened }).toEqual(
      closes ? { state: 'Closed', happened: 'closed' } : { state: 'Open', happened: 'none' },
    );
  });

  test('that closes starts the next epoch, and notes what closed it', () => {
    const input = anInput({ previous: mirrored, enabled: false, policy: aPolicy({ resetToken: 'a' }), resetAt: 'b' });
    expect(evaluateBreaker(input).status).toEqual({
      ...mirrored,
      state: 'Closed',
      reason: '',
      openedAt: null,
      epoch: 3,
      mirroredTrip: 0,
      observedResetToken: 'a',
      observedResetAt: 'b',
    });
  });

  test('is not opened again by the failures of its own trip', () => {
    const { status } = evaluateBreaker(anInput({ previous: mirrored, totals: TOO_MANY, enabled: false }));
    expect(status).toBe(mirrored);
  });
});

describe('a trip that may not happen', () => {
  const freeze = { since: '2026-11-24T06:50:00Z', told: ['abc'] };
  const FROZEN: TripLeave = { kind: 'Frozen', freeze };
  const HELD: TripLeave = { kind: 'Held', milliseconds: 3_000 };
  const DRY: TripLeave = { kind: 'DryRun' };
  const marked = aBreaker({ freeze, epoch: 4 });
  const reason = '15 of 30 requests failed within 40m: 12 InvalidValue, 3 StoreUnavailable';
  const waveReason = '31 of 100 people would be deactivated within 40m, more than users.maxDeactivations allows (30)';

  const table: { name: string; input: Partial<BreakerInput>; gives: Partial<BreakerResult> }[] = [
    {
      name: 'is withheld in a dry run and leaves the breaker as it was',
      input: { totals: TOO_MANY, leave: DRY },
      gives: { status: aBreaker(), happened: 'none', withheld: { leave: DRY, cause: 'Failures', reason } },
    },
    {
      name: 'for a wave is withheld in a dry run too',
      input: { wave: WAVE, leave: DRY },
      gives: { status: aBreaker(), happened: 'none', withheld: { leave: DRY, cause: 'DeactivationWave', reason: waveReason } },
    },
    {
      name: 'waits until it is known whether many fail',
      input: { totals: TOO_MANY, leave: HELD },
      gives: { status: aBreaker(), happened: 'none', withheld: { leave: HELD, cause: 'Failures', reason } },
    },
    {
      name: 'is withheld by a freeze, which marks the tenant',
      input: { totals: TOO_MANY, leave: FROZEN },
      gives: { status: aBreaker({ freeze }), happened: 'none', withheld: { leave: FROZEN, cause: 'Failures', reason } },
    },
    {
      name: 'of NotifyOnly is withheld by a freeze as well: nobody wants a mail of each tenant',
      input: { totals: TOO_MANY, leave: FROZEN, policy: aPolicy({ action: 'NotifyOnly' }) },
      gives: { status: aBreaker({ freeze }), happened: 'none', withheld: { leave: FROZEN, cause: 'Failures', reason } },
    },
    {
      name: 'that nobody wants is not marked',
      input: { leave: FROZEN },
      gives: { status: aBreaker(), happened: 'none', withheld: null },
    },
    {
      name: 'keeps its mark while the freeze lasts and nobody wants it any more',
      input: { previous: marked, leave: FROZEN },
      gives: { status: marked, happened: 'none', withheld: null },
    },
    {
      name: 'keeps its mark while a new leader does not know yet',
      input: { previous: marked, totals: TOO_MANY, leave: HELD },
      gives: { status: marked, happened: 'none', withheld: { leave: HELD, cause: 'Failures', reason } },
    },
    {
      name: 'is forgiven when the freeze is over, though its failures are in the window still',
      input: { previous: marked, totals: TOO_MANY },
      gives: { status: aBreaker({ freeze: null, epoch: 5 }), happened: 'released', withheld: null },
    },
    {
      name: 'notes whom the platform has told meanwhile',
      input: { previous: aBreaker({ freeze: { ...freeze, told: [] } }), leave: FROZEN },
      gives: { status: aBreaker({ freeze }), happened: 'none', withheld: null },
    },
  ];
  test.each(table)('$name', ({ input, gives }) => {
    expect(evaluateBreaker(anInput(input))).toEqual(gives);
  });

  test.each([FROZEN, HELD, { kind: 'Allowed' as const }])('for a wave is the tenant’s own matter, whatever the others do: %j', (leave) => {
    const result = evaluateBreaker(anInput({ previous: marked, totals: TOO_MANY, wave: WAVE, leave }));
    expect(result).toMatchObject({
      happened: 'tripped',
      withheld: null,
      status: { state: 'Open', cause: 'DeactivationWave', freeze: null },
    });
  });
});

describe('any breaker', () => {
  const counts = fc.record(
    Object.fromEntries([...CLIENT_FAILURE_CLASSES, ...SERVER_FAILURE_CLASSES].map((name) => [name, fc.integer({ min: 1, max: 60 })])),
    { requiredKeys: [] },
  ) as fc.Arbitrary<Partial<Record<FailureClass, number>>>;
  const totals = fc.tuple(counts, fc.nat(200)).map(([failures, successes]) => ({ failures, requests: sum(failures) + successes }));
  const policy = fc
    .record({
      minRequests: fc.integer({ min: 1, max: 100 }),
      maxFailures: fc.integer({ min: 1, max: 100 }),
      maxFailureRatio: fc.double({ min: 0, max: 1, noNaN: true }),
      countClientErrors: fc.boolean(),
      action: fc.constantFrom('Disable' as const, 'NotifyOnly' as const),
    })
    .map(aPolicy);

  test('never opens below minRequests', () => {
    fc.assert(
      fc.property(policy, totals, fc.integer({ min: 1, max: 100 }), (policy, totals, missing) => {
        const strict = { ...policy, minRequests: totals.requests + missing };
        expect(evaluateBreaker(anInput({ policy: strict, totals })).happened).toBe('none');
      }),
    );
  });

  test('that opens would open with more failures too', () => {
    fc.assert(
      fc.property(policy, totals, fc.integer({ min: 1, max: 50 }), (policy, totals, more) => {
        fc.pre(evaluateBreaker(anInput({ policy, totals })).happened === 'tripped');
        const worse = {
          requests: totals.requests + more,
          failures: { ...totals.failures, InternalError: (totals.failures.InternalError ?? 0) + more },
        };
        expect(evaluateBreaker(anInput({ policy, totals: worse })).happened).toBe('tripped');
      }),
    );
  });

  test('that was closed is never opened by the buckets that opened it', () => {
    const bucket = fc.record({
      start: fc.integer({ min: 0, max: 300 }).map((n) => Math.floor(NOW / 1_000) - n),
      requests: fc.nat(500),
      failures: counts,
    });
    fc.assert(
      fc.property(policy, fc.array(bucket, { maxLength: 20 }), fc.nat(10), (policy, buckets, epoch) => {
        const outcomes: EpochOutcomes[] = [{ epoch, buckets }];
        const window = { milliseconds: 2_400_000, now: NOW };
        const opened = evaluateBreaker(
          anInput({ previous: aBreaker({ epoch }), policy, totals: windowTotals(outcomes, { ...window, epoch }) }),
        );
        fc.pre(opened.happened === 'tripped');
        const closed = evaluateBreaker(anInput({ previous: opened.status, policy, resetAt: 'new', totals: null }));
        expect(closed.happened).toBe('closed');
        const again = windowTotals(outcomes, { ...window, epoch: closed.status.epoch });
        expect(evaluateBreaker(anInput({ previous: closed.status, policy, resetAt: 'new', totals: again })).happened).toBe('none');
      }),
    );
  });

  test('counts its trips and epochs upwards only, by one at most', () => {
    const step = fc.record({
      totals: fc.option(totals),
      wave: fc.option(fc.constant(WAVE)),
      enabled: fc.boolean(),
      resetAt: fc.constantFrom('', 'a', 'b'),
      owner: fc.constantFrom('kubectl', 'flux'),
      leave: fc.constantFrom<TripLeave>(
        { kind: 'Allowed' },
        { kind: 'DryRun' },
        { kind: 'Held', milliseconds: 1 },
        { kind: 'Frozen', freeze: { since: '2026-11-24T06:50:00Z', told: [] } },
      ),
    });
    fc.assert(
      fc.property(policy, fc.array(step, { maxLength: 30 }), (policy, steps) => {
        let breaker = aBreaker();
        let releases = 0;
        for (const { owner, ...observed } of steps) {
          const { status, happened } = evaluateBreaker(anInput({ previous: breaker, policy, ...observed, enabledOwners: [owner] }));
          expect(status.trips - breaker.trips).toBe(happened === 'tripped' ? 1 : 0);
          expect(status.epoch - breaker.epoch).toBe(happened === 'closed' || happened === 'released' ? 1 : 0);
          releases += happened === 'released' ? 1 : 0;
          expect(status.trips - status.epoch + releases).toBe(status.state === 'Open' ? 1 : 0);
          breaker = status;
        }
      }),
    );
  });
});

function sum(counts: Partial<Record<FailureClass, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
