import { describe, expect, test } from '@jest/globals';
import { sha256Hex } from '#common/sha256-hex.ts';
import { tenantConfigRevision, type TenantConfig } from '#common/tenant-config.ts';
import { NO_NOTIFICATIONS, type StoredTrip } from '#operator/api/notifications-status.ts';
import { BREAKER_FIELD_MANAGER, ROTATE_AT_ANNOTATION } from '#operator/api/scim-tenant.ts';
import type { BreakerStatus } from '#operator/api/scim-tenant-status.ts';
import type { Action, TenantEvent } from '#operator/reconcile/action.ts';
import type { Conclusion } from '#operator/reconcile/conclude.ts';
import { mailLabel, recipientMark } from '#operator/reconcile/notices.ts';
import type { Observed } from '#operator/reconcile/observed.ts';
import type { Requeue } from '#operator/reconcile/outcome.ts';
import {
  anObserved,
  aTokenSecret,
  CONFIG,
  FINGERPRINT,
  NOW,
  pods,
  reconcile,
  SETTLED,
  SHA256,
  stored,
  TOKEN,
} from '#test/support/an-observed.ts';
import {
  aBreaker,
  aCondition,
  anOpenBreaker,
  aSpec,
  aStoredTrip,
  aSync,
  aTenant,
  aTokenStatus,
  aWaveBreaker,
} from '#test/support/a-tenant.ts';

const NOW_TEXT = '2026-11-24T06:00:10Z';
const HR = 'hr-it@acme.example';
const NONE: Requeue = { kind: 'none' };
const OTHER = 'another-token-of-more-than-24-characters';
const CURRENT_OTHER = { sha256: sha256Hex(OTHER), validUntil: null };
const OPEN_STATE = {
  kind: 'Tripped',
  openedAt: '2026-11-24T06:00:00Z',
  reason: '4 of 6 requests failed within 40m: 4 InvalidValue',
} as const;
const TRIPPED_CONFIG: TenantConfig = { ...CONFIG, state: OPEN_STATE };
/** With `failurePolicy.action: NotifyOnly`. */
const NOTIFYING_CONFIG: TenantConfig = { ...CONFIG, deactivationGuard: { ...CONFIG.deactivationGuard!, refuses: false } };

/** `Ready=False/Tripped Stalled=True/Tripped …` */
function summary({ status }: Conclusion): string {
  return status.conditions.map(({ type, status: value, reason }) => `${type}=${value}/${reason}`).join(' ');
}

/** Whose config has not been served by all pods for so many minutes. */
function waitingSince(minutes: number) {
  // NOW is half a second later than what a status can say.
  const lastTransitionTime = new Date(NOW - 500 - minutes * 60_000).toISOString();
  const condition = { ...aCondition('Programmed', 'False', 'WaitingForPods', 'waiting'), lastTransitionTime };
  return stored({}, { conditions: [condition] });
}

const OK = 'TokenReady=True/Accepted Programmed=True/Programmed';

describe('a run', () => {
  test('that finds nothing new does nothing, says nothing and gives the stored status back', () => {
    expect(reconcile(anObserved())).toEqual({ actions: [], status: SETTLED, events: [], requeue: NONE });
  });

  test('for a new tenant renders its config with canonical sources and waits for the pods', () => {
    const result = reconcile(anObserved({ tenant: aTenant(), derived: null }));
    const waiting = 'Not every pod of the SCIM service serves this configuration yet; status.programmed counts them';
    const condition = (type: 'Ready' | 'Reconciling' | 'Programmed', status: 'True' | 'False') => ({
      ...aCondition(type, status, 'WaitingForPods', waiting),
      lastTransitionTime: NOW_TEXT,
    });
    expect(result).toEqual({
      actions: [{ kind: 'ApplyDerivedConfig', config: { ...CONFIG, breakerEpoch: NOW } }],
      events: [],
      requeue: { kind: 'after', milliseconds: 30_000 },
      status: {
        observedGeneration: 1,
        endpoint: 'https://scim.example.com/team-hr/acme/scim/v2',
        conditions: [
          condition('Ready', 'False'),
          condition('Reconciling', 'True'),
          { ...aCondition('TokenReady', 'True', 'Accepted', 'The token is accepted'), lastTransitionTime: NOW_TEXT },
          condition('Programmed', 'False'),
        ],
        programmed: { generation: 1, pods: 2, acknowledged: 0 },
        sync: aSync(CONFIG),
        breaker: aBreaker({ epoch: NOW }),
        token: aTokenStatus({ fingerprint: FINGERPRINT, rotatedAt: NOW_TEXT }),
        notifications: NO_NOTIFICATIONS,
        deletion: null,
      },
    });
  });

  test('keeps a condition’s transition time while its status stays, and moves it when it changes', () => {
    const { status } = reconcile(anObserved({ pods: pods(null) }));
    const times = Object.fromEntries(status.conditions.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]));
    expect(times).toEqual({ Ready: NOW_TEXT, Reconciling: NOW_TEXT, TokenReady: '2026-11-24T05:00:00Z', Programmed: NOW_TEXT });
  });

  test('keeps what pods have forgotten, and takes what is newer, to the second', () => {
    const times = { lastRequestTime: '2026-11-24T05:30:00Z', lastSuccessTime: '2026-11-24T05:20:00Z' };
    const before = aSync(CONFIG, { ...times, users: 7, groups: 2 });
    const tenant = stored({}, { sync: before });
    expect(reconcile(anObserved({ tenant })).status.sync).toEqual(before);
    const newer = pods(CONFIG, { lastRequestTime: '2026-11-24T05:40:00.123Z', lastSuccessTime: '2026-11-24T05:10:00.000Z', users: 0 });
    expect(reconcile(anObserved({ tenant, pods: newer })).status.sync).toEqual({
      ...before,
      lastRequestTime: '2026-11-24T05:40:00Z',
      users: 0,
    });
  });
});

interface Case {
  readonly name: string;
  readonly reason: string;
  readonly observed: Partial<Observed>;
  readonly actions: readonly Action[];
  readonly conditions: string;
  readonly events?: readonly Partial<TenantEvent>[];
  readonly requeue?: Requeue;
}

function apply(config: Partial<TenantConfig>): Action {
  return { kind: 'ApplyDerivedConfig', config: { ...CONFIG, ...config } };
}

describe('readiness', () => {
  const disabled: TenantConfig = { ...CONFIG, state: { kind: 'Disabled' } };
  const cases: Case[] = [
    {
      name: 'switched off on purpose is ready',
      reason: 'the user has what was asked for',
      observed: { tenant: stored({ spec: aSpec({ enabled: false }) }), derived: disabled },
      actions: [],
      conditions: `Ready=True/Disabled ${OK}`,
    },
    {
      name: 'a change is reconciling until every pod serves it',
      reason: 'one of two pods has the new revision',
      observed: {
        tenant: stored({ spec: aSpec({ enabled: false }), generation: 2 }),
        pods: pods(CONFIG, { revisions: [tenantConfigRevision({ ...disabled, generation: 2 }), tenantConfigRevision(CONFIG)] }),
      },
      actions: [apply({ state: { kind: 'Disabled' }, generation: 2 })],
      conditions: 'Ready=False/WaitingForPods Reconciling=True/WaitingForPods TokenReady=True/Accepted Programmed=False/WaitingForPods',
      requeue: { kind: 'after', milliseconds: 30_000 },
    },
    {
      name: 'a config that a pod refuses is not programmed',
      reason: 'that pod goes on with the one before',
      observed: { pods: pods(CONFIG, { revisions: [tenantConfigRevision(CONFIG), 'before'], refusals: ['it can’t be read'] }) },
      actions: [],
      conditions: 'Ready=False/ConfigRefused Reconciling=True/ConfigRefused TokenReady=True/Accepted Programmed=False/ConfigRefused',
      requeue: { kind: 'after', milliseconds: 30_000 },
    },
    {
      name: 'a config that only a pod refuses which is going is programmed',
      reason: 'as many pods serve it as shall be there',
      observed: { pods: pods(CONFIG, { refusals: ['it can’t be read'] }) },
      actions: [],
      conditions: `Ready=True/Programmed ${OK}`,
    },
    {
      name: 'a config of a newer operator is put in this one’s words',
      reason: 'this operator’s pods would refuse it, and what the feature said is not in its spec',
      observed: { derived: { ...CONFIG, requires: ['dreams'] }, pods: pods(CONFIG) },
      actions: [apply({})],
      conditions: `Ready=True/Programmed ${OK}`,
    },
    {
      name: 'no pod at all is not ready',
      reason: 'nobody serves the tenant',
      observed: { pods: pods(null, { expected: 0 }) },
      actions: [],
      conditions: 'Ready=False/WaitingForPods Reconciling=True/WaitingForPods TokenReady=True/Accepted Programmed=False/WaitingForPods',
      requeue: { kind: 'after', milliseconds: 30_000 },
    },
    {
      name: 'pods that are missed for long are looked for less often',
      reason: 'a report would bring the next run',
      observed: { tenant: waitingSince(40), pods: pods(null, { expected: 0 }) },
      actions: [],
      conditions: 'Ready=False/WaitingForPods Reconciling=True/WaitingForPods TokenReady=True/Accepted Programmed=False/WaitingForPods',
      requeue: { kind: 'after', milliseconds: 40 * 60_000 + 500 },
    },
    {
      name: 'pods that are missed for a week are looked for as often as any tenant is looked at',
      reason: 'the resync comes as often',
      observed: { tenant: waitingSince(7 * 24 * 60), pods: pods(null, { expected: 0 }) },
      actions: [],
      conditions: 'Ready=False/WaitingForPods Reconciling=True/WaitingForPods TokenReady=True/Accepted Programmed=False/WaitingForPods',
      requeue: { kind: 'after', milliseconds: 36_000_000 },
    },
    {
      name: 'pods that are missed since a time that is to come',
      reason: 'the clock was set back',
      observed: { tenant: waitingSince(-60), pods: pods(null, { expected: 0 }) },
      actions: [],
      conditions: 'Ready=False/WaitingForPods Reconciling=True/WaitingForPods TokenReady=True/Accepted Programmed=False/WaitingForPods',
      requeue: { kind: 'after', milliseconds: 30_000 },
    },
    {
      name: 'a config that someone changed is put back',
      reason: 'the derived Secret is the operator’s alone',
      observed: { derived: { ...CONFIG, generation: 0 }, pods: pods(CONFIG) },
      actions: [apply({})],
      conditions: `Ready=True/Programmed ${OK}`,
    },
    {
      name: 'a tenant with tenantDeletion: Delete is held before anything is served',
      reason: 'who comes in is removed by the deletion, or the tenant would go without',
      observed: {
        tenant: stored({ spec: aSpec({ tenantDeletion: 'Delete' }) }),
        derived: null,
        pods: pods(CONFIG),
      },
      actions: [{ kind: 'HoldTenant' }, apply({})],
      conditions: `Ready=True/Programmed ${OK}`,
    },
    {
      name: 'one that is served already is held after everything else',
      reason: 'a finalizer that can not be written must not keep a tenant from being switched off',
      observed: {
        tenant: stored({ generation: 2, spec: aSpec({ tenantDeletion: 'Delete', enabled: false }) }),
        pods: pods({ ...CONFIG, generation: 2, state: { kind: 'Disabled' } }),
      },
      actions: [apply({ generation: 2, state: { kind: 'Disabled' } }), { kind: 'HoldTenant' }],
      conditions: `Ready=True/Disabled ${OK}`,
    },
    {
      name: 'one that is held stays held',
      reason: 'there is nothing to do',
      observed: { tenant: stored({ held: true, spec: aSpec({ tenantDeletion: 'Delete' }) }) },
      actions: [],
      conditions: `Ready=True/Programmed ${OK}`,
    },
    {
      name: 'with tenantDeletion: Retain again it is let go of',
      reason: 'the finalizer is there exactly while the spec says Delete',
      observed: { tenant: stored({ held: true, spec: aSpec({ tenantDeletion: 'Retain' }) }) },
      actions: [{ kind: 'ReleaseTenant' }],
      conditions: `Ready=True/Programmed ${OK}`,
    },
  ];
  runCases(cases);

  test('a spec that can not be read leaves the finalizer as it is', () => {
    for (const held of [true, false]) {
      const tenant = stored({ held, spec: { problems: ['spec.colour: no such field'] } });
      expect(reconcile(anObserved({ tenant })).actions).toEqual([]);
    }
  });

  test('a finalizer that can’t be written is tried again, the status says so, and nothing is served before', () => {
    const tenant = stored({ spec: aSpec({ tenantDeletion: 'Delete' }) });
    const result = reconcile(anObserved({ tenant, derived: null, pods: pods(null) }), new Error('scimtenants is forbidden'));
    expect(summary(result)).toBe(
      'Ready=False/FinalizerNotWritten Reconciling=True/FinalizerNotWritten TokenReady=True/Accepted Programmed=False/FinalizerNotWritten',
    );
    expect(result.status.sync.mapping).toBeNull();
    expect(result.requeue).toEqual({ kind: 'backoff' });
  });

  test('a config that can’t be written is tried again, and the status says so', () => {
    const tenant = stored({ generation: 2, spec: aSpec({ displayName: 'Acme' }) });
    const result = reconcile(anObserved({ tenant }), new Error('secrets is forbidden:\n  no'));
    expect(summary(result)).toBe(
      'Ready=False/ConfigNotWritten Reconciling=True/ConfigNotWritten TokenReady=True/Accepted Programmed=False/ConfigNotWritten',
    );
    expect(result.status.conditions[0]?.message).toBe(
      'The configuration for the SCIM service could not be written: secrets is forbidden: no; it is tried again',
    );
    expect(result.requeue).toEqual({ kind: 'backoff' });
  });
});

describe('the token', () => {
  const other = sha256Hex('the-token-before-this-one');
  const rotated = { ...CONFIG, tokenDigests: [{ sha256: other, validUntil: null }] };
  const noToken = 'Programmed=True/Programmed';
  const cases: Case[] = [
    {
      name: 'a missing Secret revokes every token',
      reason: 'deleting the Secret is how a token is revoked',
      observed: { tokenSecret: null },
      actions: [apply({ tokenDigests: [] })],
      conditions: `Ready=False/TokenSecretMissing Stalled=True/TokenSecretMissing TokenReady=False/TokenSecretMissing Programmed=False/WaitingForPods`,
      events: [{ type: 'Warning', reason: 'TokenSecretMissing' }],
    },
    {
      name: 'a missing key revokes every token',
      reason: 'as a missing Secret does',
      observed: { tokenSecret: aTokenSecret({ data: { Token: TOKEN } }), derived: { ...CONFIG, tokenDigests: [] } },
      actions: [],
      conditions: `Ready=False/TokenKeyMissing Stalled=True/TokenKeyMissing TokenReady=False/TokenKeyMissing ${noToken}`,
      events: [{ type: 'Warning', reason: 'TokenKeyMissing' }],
    },
    {
      name: 'a short value is refused, and the token before it lives for the overlap',
      reason: 'a slip of the hand must not cut the directory off at once',
      observed: { tokenSecret: aTokenSecret({ data: { token: 'short' } }) },
      actions: [apply({ tokenDigests: [{ sha256: SHA256, validUntil: '2026-11-25T06:00:10Z' }] })],
      conditions: `Ready=False/TokenTooShort Stalled=True/TokenTooShort TokenReady=False/TokenTooShort Programmed=False/WaitingForPods`,
      events: [{ type: 'Warning', reason: 'TokenTooShort' }],
    },
    {
      name: 'a value with whitespace inside is refused',
      reason: 'no header carries it',
      observed: { tokenSecret: aTokenSecret({ data: { token: `${TOKEN} \n` } }), derived: { ...CONFIG, tokenDigests: [] } },
      actions: [],
      conditions: `Ready=False/TokenUnusable Stalled=True/TokenUnusable TokenReady=False/TokenUnusable ${noToken}`,
      events: [{ type: 'Warning', reason: 'TokenUnusable' }],
    },
    {
      name: 'one newline at the end is not part of it',
      reason: 'kubectl create secret --from-file keeps the newline of the file',
      observed: { tokenSecret: aTokenSecret({ data: { token: `${TOKEN}\r\n` } }) },
      actions: [],
      conditions: `Ready=True/Programmed ${OK}`,
    },
    {
      name: 'a Secret that can’t be read changes no token, though one whose overlap is over goes',
      reason: 'a broken file, or a right that is missing, is no revocation',
      observed: {
        tokenSecret: { problem: 'Secret team-hr/acme-scim-token can’t be read' },
        derived: { ...CONFIG, tokenDigests: [...CONFIG.tokenDigests, { sha256: other, validUntil: NOW_TEXT }] },
      },
      actions: [apply({})],
      conditions:
        'Ready=False/TokenSecretUnreadable Stalled=True/TokenSecretUnreadable TokenReady=False/TokenSecretUnreadable Programmed=False/WaitingForPods',
      events: [{ type: 'Warning', reason: 'TokenSecretUnreadable' }],
    },
    {
      name: 'a missing Secret is created when it is to be generated',
      reason: 'tokenPolicy.generate',
      observed: { tenant: aTenant({ spec: aSpec({ tokenPolicy: { generate: true } }) }), tokenSecret: null, derived: null },
      actions: [apply({ tokenDigests: [], breakerEpoch: NOW }), { kind: 'CreateTokenSecret', name: 'acme-scim-token', key: 'token' }],
      conditions: 'Ready=False/CreatingToken Reconciling=True/CreatingToken TokenReady=False/CreatingToken Programmed=False/WaitingForPods',
      events: [{ type: 'Normal', reason: 'TokenCreated' }],
      requeue: { kind: 'after', milliseconds: 200 },
    },
    {
      name: 'a new value is a rotation, and the one before it lives for the overlap',
      reason: 'tokenPolicy.overlap defaults to 24h',
      observed: { tenant: stored({}, { token: { ...SETTLED.token, fingerprint: `sha256:${other.slice(0, 12)}` } }), derived: rotated },
      actions: [
        apply({
          tokenDigests: [
            { sha256: SHA256, validUntil: null },
            { sha256: other, validUntil: '2026-11-25T06:00:10Z' },
          ],
        }),
      ],
      conditions: 'Ready=False/WaitingForPods Reconciling=True/WaitingForPods TokenReady=True/Accepted Programmed=False/WaitingForPods',
      events: [{ reason: 'TokenRotated', message: 'The token was changed; the previous one is accepted until 2026-11-25T06:00:10Z' }],
      requeue: { kind: 'after', milliseconds: 30_000 },
    },
    {
      name: 'a previous token goes when its time has come',
      reason: 'validUntil has passed',
      observed: {
        derived: { ...CONFIG, tokenDigests: [...CONFIG.tokenDigests, { sha256: other, validUntil: '2026-11-24T06:00:10Z' }] },
        pods: pods(CONFIG),
      },
      actions: [apply({})],
      conditions: `Ready=True/Programmed ${OK}`,
    },
    {
      name: 'a previous token goes at once when the overlap is set to 0s',
      reason: 'the way to end a leaked token',
      observed: {
        tenant: stored({ spec: aSpec({ tokenPolicy: { overlap: '0s' } }) }),
        derived: { ...CONFIG, tokenDigests: [...CONFIG.tokenDigests, { sha256: other, validUntil: '2026-11-25T00:00:00Z' }] },
        pods: pods(CONFIG),
      },
      actions: [apply({})],
      conditions: `Ready=True/Programmed ${OK}`,
    },
    {
      name: 'a previous token is looked at again when it ends',
      reason: 'nothing else would start that run',
      observed: {
        tenant: stored({}, { token: { ...SETTLED.token, previousValidUntil: '2026-11-24T06:00:20Z' } }),
        derived: { ...CONFIG, tokenDigests: [...CONFIG.tokenDigests, { sha256: other, validUntil: '2026-11-24T06:00:20Z' }] },
      },
      actions: [],
      conditions: `Ready=True/Programmed ${OK}`,
      requeue: { kind: 'after', milliseconds: 9_500 },
    },
    {
      name: 'a token that nears its greatest age is told',
      reason: '20 days before tokenPolicy.maxAge',
      observed: { tenant: stored({ spec: aSpec({ tokenPolicy: { maxAge: '480h' } }) }) },
      actions: [],
      conditions: 'Ready=True/Programmed TokenReady=True/ExpiresSoon Programmed=True/Programmed',
      events: [{ type: 'Warning', reason: 'TokenExpiresSoon' }],
      // The next run hands out the mail.
      requeue: { kind: 'after', milliseconds: 0 },
    },
    {
      name: 'a token past its greatest age is accepted and told',
      reason: 'a warning must not become an outage',
      observed: { tenant: stored({ spec: aSpec({ tokenPolicy: { maxAge: '1h' } }) }) },
      actions: [],
      conditions: 'Ready=True/Programmed TokenReady=True/Expired Programmed=True/Programmed',
      events: [{ type: 'Warning', reason: 'TokenExpired' }],
      requeue: { kind: 'after', milliseconds: 0 },
    },
    {
      name: 'a token of the operator’s own making is replaced when the annotation asks for it',
      reason: 'with the config that holds the old one in force',
      observed: {
        tenant: stored({ annotations: { [ROTATE_AT_ANNOTATION]: 'now' } }),
        tokenSecret: aTokenSecret({ generated: true, madeFor: 'acme', version: '7' }),
      },
      actions: [{ kind: 'RotateToken', name: 'acme-scim-token', key: 'token', version: '7' }],
      conditions: `Ready=True/Programmed ${OK}`,
      requeue: { kind: 'after', milliseconds: 200 },
    },
    {
      name: 'a token that was replaced for the annotation is not replaced again',
      reason: 'the process that wrote it may have died before its status',
      observed: {
        tenant: stored({ annotations: { [ROTATE_AT_ANNOTATION]: 'now' } }),
        tokenSecret: aTokenSecret({ data: { token: OTHER }, generated: true, madeFor: 'acme', rotateAt: 'now' }),
      },
      actions: [apply({ tokenDigests: [CURRENT_OTHER, { sha256: SHA256, validUntil: '2026-11-25T06:00:10Z' }] })],
      conditions: 'Ready=False/WaitingForPods Reconciling=True/WaitingForPods TokenReady=True/Accepted Programmed=False/WaitingForPods',
      events: [{ type: 'Normal', reason: 'TokenRotated' }],
      requeue: { kind: 'after', milliseconds: 30_000 },
    },
    {
      name: 'somebody else’s Secret is not written, and that is said',
      reason: 'an external secret store would put the old token back, or worse',
      observed: { tenant: stored({ annotations: { [ROTATE_AT_ANNOTATION]: 'now' } }) },
      actions: [],
      conditions: 'Ready=True/Programmed TokenReady=True/RotationRefused Programmed=True/Programmed',
      events: [
        { type: 'Warning', reason: 'RotationRefused', message: expect.stringContaining('not made by the operator') as unknown as string },
      ],
    },
    {
      name: 'a refusal is said once',
      reason: 'Events only on change',
      observed: {
        tenant: stored(
          { annotations: { [ROTATE_AT_ANNOTATION]: 'now' } },
          {
            token: aTokenStatus({
              fingerprint: FINGERPRINT,
              observedRotateAt: 'now',
              refusedRotation: { reason: 'NotGenerated', rotateAt: 'now' },
            }),
          },
        ),
      },
      actions: [],
      conditions: 'Ready=True/Programmed TokenReady=True/RotationRefused Programmed=True/Programmed',
    },
    {
      name: 'a token that will be replaced in time is not told to expire',
      reason: 'nobody has to do anything',
      observed: {
        tenant: stored({ spec: aSpec({ tokenPolicy: { generate: true, maxAge: '480h', rotateAfter: '240h' } }) }),
        tokenSecret: aTokenSecret({ generated: true, madeFor: 'acme' }),
      },
      actions: [],
      conditions: `Ready=True/Programmed ${OK}`,
      requeue: { kind: 'after', milliseconds: 36_000_000 },
    },
  ];
  runCases(cases);

  test('that could not be replaced stays accepted, and the tenant ready, while it is tried again', () => {
    const observed = anObserved({
      tenant: stored({ annotations: { [ROTATE_AT_ANNOTATION]: 'now' } }),
      tokenSecret: aTokenSecret({ generated: true, madeFor: 'acme' }),
    });
    const result = reconcile(observed, new Error('secrets "acme-scim-token" is forbidden'));
    expect(summary(result)).toBe('Ready=True/Programmed TokenReady=True/TokenNotRotated Programmed=True/Programmed');
    expect(result.requeue).toEqual({ kind: 'backoff' });
    expect(result.status.token.observedRotateAt).toBe('');
  });

  test('no message shows a piece of a token that is refused', () => {
    const { status, events } = reconcile(anObserved({ tokenSecret: aTokenSecret({ data: { token: 'hunter2' } }) }));
    expect(JSON.stringify({ status, events })).not.toContain('hunter2');
  });
});

describe('a mapping or spec that can’t be used', () => {
  const broken = aSpec({
    attributeMapping: [
      { source: 'userName', target: 'login' },
      { source: 'usrname', target: 'nick' },
      { source: 'title', target: 'login' },
      { source: 'name.givenName', target: 'name.first' },
      { source: 'name', target: 'name' },
    ],
    newUserDefaults: [
      { target: 'role', value: 'employee' },
      { target: 'login', value: 'x' },
      { target: 'role', value: 'guest' },
    ],
    matchExistingBy: ['email'],
  });
  const invalid = 'Ready=False/MappingInvalid Stalled=True/MappingInvalid TokenReady=True/Accepted Programmed=False/MappingInvalid';

  test('lists all problems with their places, and what would be accepted', () => {
    const { status } = reconcile(anObserved({ tenant: stored({ spec: broken, generation: 2 }) }));
    const message = status.conditions[0]?.message ?? '';
    expect(message).toMatch(/^attributeMapping\[1]: mapping source "usrname": .*nearest: .*userName/);
    expect(message.replace(/^.*?; (?=attributeMapping\[2])/, '')).toBe(
      'attributeMapping[2].target: "login" is written by attributeMapping[0].target already; give each its own target; ' +
        'newUserDefaults[2].target: "role" is written by newUserDefaults[0].target already; give each its own target; ' +
        'attributeMapping[3].target: "name.first" lies inside "name", which attributeMapping[4].target writes as a whole; rename one of them; ' +
        'matchExistingBy[0]: no rule with a source has the target "email"; name one that has. ' +
        'The last good configuration stays in force until this is corrected; see https://docs.example.com/troubleshooting.md#mapping-invalid',
    );
  });

  const tenant = stored({ spec: broken, generation: 2 });
  const told: Partial<TenantEvent>[] = [{ type: 'Warning', reason: 'MappingInvalid' }];
  const cases: Case[] = [
    {
      name: 'leaves the last good config in force',
      reason: 'people go on being synchronised',
      observed: { tenant },
      actions: [],
      conditions: invalid,
      events: told,
    },
    {
      name: 'is not served at all when it never was',
      reason: 'there is no good config',
      observed: { tenant, derived: null },
      actions: [],
      conditions: invalid,
      events: told,
    },
    {
      name: 'is switched off all the same',
      reason: 'spec.enabled: false must always work',
      observed: { tenant: { ...tenant, spec: { ...broken, enabled: false } } },
      actions: [apply({ state: { kind: 'Disabled' } })],
      conditions: invalid,
      events: told,
    },
    {
      name: 'loses its token all the same',
      reason: 'revoking must always work',
      observed: { tenant, tokenSecret: null },
      actions: [apply({ tokenDigests: [] })],
      conditions:
        'Ready=False/MappingInvalid Stalled=True/MappingInvalid TokenReady=False/TokenSecretMissing Programmed=False/MappingInvalid',
      events: told,
    },
    {
      name: 'has the limit of deactivations that was asked for all the same',
      reason: 'raising or lowering it must not wait for the mapping',
      observed: { tenant: { ...tenant, spec: { ...broken, users: { ...broken.users, maxDeactivations: 500 } } } },
      actions: [apply({ deactivationGuard: { limit: { kind: 'Count', count: 500 }, windowSeconds: 2_400, refuses: true } })],
      conditions: invalid,
      events: told,
    },
    {
      name: 'trips all the same',
      reason: 'the last good config still serves requests',
      observed: {
        tenant: { ...tenant, generation: 1 },
        pods: pods(CONFIG, {
          outcomes: [{ epoch: 0, buckets: [{ start: NOW / 1_000 - 10, requests: 6, failures: { InvalidValue: 4 } }] }],
        }),
      },
      actions: [apply({ state: { ...OPEN_STATE, openedAt: NOW_TEXT } })],
      conditions:
        'Ready=False/Tripped Stalled=True/Tripped TokenReady=True/Accepted Programmed=False/MappingInvalid Tripped=True/TooManyFailures',
      events: [{ type: 'Warning', reason: 'Tripped' }],
      requeue: { kind: 'after', milliseconds: 0 },
    },
    {
      name: 'as a spec of a directory changes nothing',
      reason: 'the file does not say what is wanted',
      observed: { tenant: stored({ spec: { problems: ['spec.tokenSecretRef: required'] }, generation: 2 }), tokenSecret: null },
      actions: [],
      conditions: 'Ready=False/SpecInvalid Stalled=True/SpecInvalid TokenReady=Unknown/SpecInvalid Programmed=False/SpecInvalid',
      events: [
        {
          type: 'Warning',
          reason: 'SpecInvalid',
          message:
            'spec.tokenSecretRef: required. The last good configuration stays in force until this is corrected; ' +
            'see https://docs.example.com/troubleshooting.md#spec-invalid',
        },
      ],
    },
  ];
  runCases(cases);

  test('says when it is resolved', () => {
    const conditions = [aCondition('Stalled', 'True', 'MappingInvalid', 'bad'), ...SETTLED.conditions];
    expect(reconcile(anObserved({ tenant: stored({}, { conditions }) })).events).toEqual([
      { type: 'Normal', reason: 'Resolved', message: 'MappingInvalid is resolved' },
    ]);
  });
});

describe('the breaker', () => {
  const failing = { outcomes: [{ epoch: 0, buckets: [{ start: NOW / 1_000 - 10, requests: 6, failures: { InvalidValue: 4 } as const }] }] };
  const tripped =
    'Ready=False/Tripped Stalled=True/Tripped TokenReady=True/Accepted Programmed=True/Programmed Tripped=True/TooManyFailures';
  const delivered = new Map([[mailLabel({ id: 'trip-1', recipient: HR }), { state: 'Delivered' } as const]]);
  /** A stored trip, before its mail is delivered and after. */
  const owing = (breaker: BreakerStatus, trip: Partial<StoredTrip> = {}) => ({
    breaker,
    notifications: { stalled: null, notices: [aStoredTrip(breaker, trip)] },
  });
  const told = (breaker: BreakerStatus) => owing(breaker, { pending: [], delivered: [recipientMark(HR)] });
  const closedOwing = () => ({
    ...owing(anOpenBreaker()),
    breaker: anOpenBreaker({ state: 'Closed', reason: '', openedAt: null, epoch: 1 }),
  });
  const mirrored = { spec: aSpec({ enabled: false }), enabledOwners: [BREAKER_FIELD_MANAGER] };
  const notice = {
    tenant: { namespace: 'team-hr', name: 'acme' },
    uid: aTenant().uid,
    displayName: null,
    endpoint: 'https://scim.example.com/team-hr/acme/scim/v2',
    recipient: HR,
    kind: 'Trip' as const,
    id: 'trip-1',
    time: '2026-11-24T06:00:00Z',
    trip: 1,
    cause: 'Failures' as const,
    wave: null,
    failures: 4,
    requests: 6,
    classes: { InvalidValue: 4 },
    window: '40m',
    switchedOff: true,
  };
  const wave = { at: '2026-11-24T06:00:09.000Z', deactivations: 31, limit: 30, people: 100 };
  const waveNotice = {
    cause: 'DeactivationWave' as const,
    wave: { deactivations: 31, limit: 30, people: 100 },
    failures: 0,
    requests: 31,
    classes: {},
  };
  const notifyOnly = aSpec({ failurePolicy: { minRequests: 5, maxFailures: 3, maxFailureRatio: 0.5, action: 'NotifyOnly' } });
  const cases: Case[] = [
    {
      name: 'that trips switches the service off; mirror and mails wait for the stored status',
      reason: 'run 1',
      observed: { pods: pods(CONFIG, failing) },
      actions: [apply({ state: { ...OPEN_STATE, openedAt: NOW_TEXT } })],
      conditions:
        'Ready=False/Tripped Stalled=True/Tripped TokenReady=True/Accepted Programmed=False/WaitingForPods Tripped=True/TooManyFailures',
      events: [{ type: 'Warning', reason: 'Tripped' }],
      requeue: { kind: 'after', milliseconds: 0 },
    },
    {
      name: 'that is stored as open is mirrored and mailed',
      reason: 'run 2',
      observed: { tenant: stored({}, owing(anOpenBreaker())), derived: TRIPPED_CONFIG },
      actions: [
        { kind: 'MirrorDisabled', disabled: true },
        { kind: 'Notify', notices: [notice] },
      ],
      conditions: `${tripped} NotificationDelivered=False/Sending`,
      requeue: { kind: 'after', milliseconds: 300_000 },
    },
    {
      name: 'mirrors once, and submits a pending mail no second time',
      reason: 'run 3, the mail server is down',
      observed: {
        tenant: stored(mirrored, owing(anOpenBreaker({ mirroredTrip: 1 }))),
        derived: TRIPPED_CONFIG,
        deliveries: new Map([[mailLabel({ id: 'trip-1', recipient: HR }), { state: 'Pending', lastError: 'connect ECONNREFUSED' }]]),
      },
      actions: [],
      conditions: `${tripped} NotificationDelivered=False/Retrying`,
      requeue: { kind: 'after', milliseconds: 300_000 },
    },
    {
      name: 'rests once every mail is delivered',
      reason: 'run 4',
      observed: {
        tenant: stored(mirrored, owing(anOpenBreaker({ mirroredTrip: 1 }))),
        derived: TRIPPED_CONFIG,
        deliveries: delivered,
      },
      actions: [],
      conditions: `${tripped} NotificationDelivered=True/Delivered`,
    },
    {
      name: 'says where the mail is when there is no mail server',
      reason: 'transport log',
      observed: {
        tenant: stored(mirrored, owing(anOpenBreaker({ mirroredTrip: 1 }))),
        derived: TRIPPED_CONFIG,
        deliveries: delivered,
        mailTransport: 'log',
      },
      actions: [],
      conditions: `${tripped} NotificationDelivered=True/WrittenToLog`,
    },
    {
      name: 'sends no mail that the status knows as delivered',
      reason: 'a new process knows nothing but the status',
      observed: {
        tenant: stored(mirrored, told(anOpenBreaker({ mirroredTrip: 1 }))),
        derived: TRIPPED_CONFIG,
      },
      actions: [],
      conditions: `${tripped} NotificationDelivered=True/Delivered`,
    },
    {
      name: 'is not moved by a tool that reverts the mirror',
      reason: 'and does not fight it',
      observed: {
        tenant: stored({ enabledOwners: ['argocd-controller'] }, told(anOpenBreaker({ mirroredTrip: 1 }))),
        derived: TRIPPED_CONFIG,
      },
      actions: [],
      conditions: `${tripped} NotificationDelivered=True/Delivered`,
    },
    {
      name: 'closes when a person sets spec.enabled',
      reason: 're-enable (a)',
      observed: { tenant: stored({}, told(anOpenBreaker({ mirroredTrip: 1 }))), derived: TRIPPED_CONFIG },
      actions: [apply({ breakerEpoch: 1 })],
      conditions:
        'Ready=False/WaitingForPods Reconciling=True/WaitingForPods TokenReady=True/Accepted Programmed=False/WaitingForPods NotificationDelivered=True/Delivered',
      events: [{ type: 'Normal', reason: 'BreakerClosed' }],
      requeue: { kind: 'after', milliseconds: 30_000 },
    },
    {
      name: 'closes by the annotation and takes its mirror back',
      reason: 're-enable (c)',
      observed: {
        tenant: stored({ ...mirrored, annotations: { 'scim-operator.dev/reset-at': 'now' } }, told(anOpenBreaker({ mirroredTrip: 1 }))),
        derived: TRIPPED_CONFIG,
      },
      actions: [apply({ breakerEpoch: 1 }), { kind: 'MirrorDisabled', disabled: false }],
      conditions:
        'Ready=False/WaitingForPods Reconciling=True/WaitingForPods TokenReady=True/Accepted Programmed=False/WaitingForPods NotificationDelivered=True/Delivered',
      events: [{ type: 'Normal', reason: 'BreakerClosed' }],
      requeue: { kind: 'after', milliseconds: 30_000 },
    },
    {
      name: 'closes and leaves the tenant off when a person owns the false too',
      reason: 'the mirror alone is taken back',
      observed: {
        tenant: stored(
          { ...mirrored, enabledOwners: [BREAKER_FIELD_MANAGER, 'kubectl'], annotations: { 'scim-operator.dev/reset-at': 'now' } },
          told(anOpenBreaker({ mirroredTrip: 1 })),
        ),
        derived: TRIPPED_CONFIG,
      },
      actions: [apply({ breakerEpoch: 1, state: { kind: 'Disabled' } })],
      conditions:
        'Ready=False/WaitingForPods Reconciling=True/WaitingForPods TokenReady=True/Accepted Programmed=False/WaitingForPods NotificationDelivered=True/Delivered',
      events: [{ type: 'Normal', reason: 'BreakerClosed' }],
      requeue: { kind: 'after', milliseconds: 30_000 },
    },
    {
      name: 'that closed owes its mails still',
      reason: 'no mail is lost, however quickly somebody re-enables',
      observed: {
        tenant: stored({}, closedOwing()),
        derived: { ...CONFIG, breakerEpoch: 1 },
      },
      actions: [{ kind: 'Notify', notices: [notice] }],
      conditions: `Ready=True/Programmed ${OK} NotificationDelivered=False/Sending`,
      requeue: { kind: 'after', milliseconds: 300_000 },
    },
    {
      name: 'that only notifies leaves the tenant in service',
      reason: 'NotifyOnly',
      observed: { tenant: stored({ spec: notifyOnly }), derived: NOTIFYING_CONFIG, pods: pods(NOTIFYING_CONFIG, failing) },
      actions: [],
      conditions: `Ready=True/Programmed ${OK} Tripped=True/TooManyFailures`,
      events: [{ type: 'Warning', reason: 'Tripped' }],
      requeue: { kind: 'after', milliseconds: 0 },
    },
    {
      name: 'that only notifies mails without a mirror, and is looked at again as its window moves',
      reason: 'NotifyOnly, run 2',
      observed: {
        tenant: stored({ spec: notifyOnly }, owing(anOpenBreaker(), { switchedOff: false })),
        derived: NOTIFYING_CONFIG,
        pods: pods(NOTIFYING_CONFIG, failing),
      },
      actions: [{ kind: 'Notify', notices: [{ ...notice, switchedOff: false }] }],
      conditions: `Ready=True/Programmed ${OK} Tripped=True/TooManyFailures NotificationDelivered=False/Sending`,
      requeue: { kind: 'after', milliseconds: 10_000 },
    },
    {
      name: 'whose policy turns to NotifyOnly takes the mirror back',
      reason: 'the tenant is in service again',
      observed: {
        tenant: stored({ ...mirrored, spec: { ...notifyOnly, enabled: false } }, told(anOpenBreaker({ mirroredTrip: 1 }))),
        derived: TRIPPED_CONFIG,
        pods: pods(NOTIFYING_CONFIG, failing),
      },
      actions: [apply(NOTIFYING_CONFIG), { kind: 'MirrorDisabled', disabled: false }],
      conditions: `Ready=True/Programmed ${OK} Tripped=True/TooManyFailures NotificationDelivered=True/Delivered`,
      requeue: { kind: 'after', milliseconds: 10_000 },
    },
    {
      name: 'that trips for a wave of deactivations switches the service off',
      reason: 'whoever emptied a scope by mistake has time to notice',
      observed: { pods: pods(CONFIG, { waves: [{ epoch: 0, wave }] }) },
      actions: [apply({ state: { kind: 'Tripped', openedAt: NOW_TEXT, reason: aWaveBreaker().reason } })],
      conditions:
        'Ready=False/Tripped Stalled=True/Tripped TokenReady=True/Accepted Programmed=False/WaitingForPods Tripped=True/DeactivationWave',
      events: [{ type: 'Warning', reason: 'Tripped' }],
      requeue: { kind: 'after', milliseconds: 0 },
    },
    {
      name: 'that is stored as open for a wave is mirrored and mailed with its figures',
      reason: 'run 2',
      observed: {
        tenant: stored({}, owing(aWaveBreaker())),
        derived: { ...CONFIG, state: { kind: 'Tripped', openedAt: '2026-11-24T06:00:00Z', reason: aWaveBreaker().reason } },
      },
      actions: [
        { kind: 'MirrorDisabled', disabled: true },
        { kind: 'Notify', notices: [{ ...notice, ...waveNotice }] },
      ],
      conditions:
        'Ready=False/Tripped Stalled=True/Tripped TokenReady=True/Accepted Programmed=True/Programmed Tripped=True/DeactivationWave NotificationDelivered=False/Sending',
      requeue: { kind: 'after', milliseconds: 300_000 },
    },
    {
      name: 'is not opened by a wave of an epoch before',
      reason: 'closing it let another portion through',
      observed: {
        tenant: stored({}, { breaker: aBreaker({ epoch: 1 }) }),
        derived: { ...CONFIG, breakerEpoch: 1 },
        pods: pods({ ...CONFIG, breakerEpoch: 1 }, { waves: [{ epoch: 0, wave }] }),
      },
      actions: [],
      conditions: `Ready=True/Programmed ${OK}`,
    },
    {
      name: 'that only notifies tells of a wave that was done',
      reason: 'NotifyOnly',
      observed: {
        tenant: stored({ spec: notifyOnly }),
        derived: NOTIFYING_CONFIG,
        pods: pods(NOTIFYING_CONFIG, { waves: [{ epoch: 0, wave }] }),
      },
      actions: [],
      conditions: `Ready=True/Programmed ${OK} Tripped=True/DeactivationWave`,
      events: [
        {
          type: 'Warning',
          message: expect.stringMatching(
            /^31 of 100 people were deactivated within 40m, .*the tenant stays in service .*#deactivation-wave$/,
          ) as unknown as string,
        },
      ],
      requeue: { kind: 'after', milliseconds: 0 },
    },
    {
      name: 'that only notifies closes when the wave has left the window',
      reason: 'nobody has to do anything',
      observed: {
        tenant: stored({ spec: notifyOnly }, told(aWaveBreaker())),
        derived: NOTIFYING_CONFIG,
        pods: pods(NOTIFYING_CONFIG, { waves: [{ epoch: 0, wave: { ...wave, at: '2026-11-24T05:20:00.000Z' } }] }),
      },
      actions: [apply({ ...NOTIFYING_CONFIG, breakerEpoch: 1 })],
      conditions:
        'Ready=False/WaitingForPods Reconciling=True/WaitingForPods TokenReady=True/Accepted Programmed=False/WaitingForPods NotificationDelivered=True/Delivered',
      events: [{ type: 'Normal', reason: 'BreakerClosed' }],
      requeue: { kind: 'after', milliseconds: 30_000 },
    },
  ];
  runCases(cases);

  test('enters the mirror and each delivered mail into its status', () => {
    const tenant = stored({}, owing(anOpenBreaker()));
    const { status } = reconcile(anObserved({ tenant, derived: TRIPPED_CONFIG, deliveries: delivered }));
    expect({ breaker: status.breaker, notifications: status.notifications }).toEqual(told(anOpenBreaker({ mirroredTrip: 1 })));
  });

  test('whose mirror could not be written is mirrored by a later run, and stays tripped meanwhile', () => {
    const result = reconcile(anObserved({ tenant: stored({}, owing(anOpenBreaker())), derived: TRIPPED_CONFIG }), new Error('denied'));
    expect(result.status.breaker).toEqual(anOpenBreaker());
    expect(summary(result)).toBe(`${tripped} NotificationDelivered=False/Sending`);
    expect(result.requeue).toEqual({ kind: 'backoff' });
  });

  test('whose mirror could not be taken back stays open in the status, to be closed again', () => {
    const breaker = anOpenBreaker({ mirroredTrip: 1 });
    const tenant = stored({ ...mirrored, annotations: { 'scim-operator.dev/reset-at': 'now' } }, { breaker });
    const observed = anObserved({ tenant, derived: { ...CONFIG, breakerEpoch: 1 } });
    expect(reconcile(observed, new Error('denied')).status.breaker).toEqual(breaker);
  });

  test('lets the notice go once a closed breaker owes nothing, so that a new contact gets no old mail', () => {
    const observed = anObserved({
      tenant: stored({}, closedOwing()),
      derived: { ...CONFIG, breakerEpoch: 1 },
      deliveries: delivered,
    });
    const { status } = reconcile(observed);
    expect(status.notifications.notices).toEqual([]);
  });

  test('whose trip is over owes its mail to those who were contacts then, and to nobody who came since', () => {
    const spec = aSpec({ notificationEmails: [HR, 'new@acme.example'] });
    const { actions, status } = reconcile(
      anObserved({ tenant: stored({ spec }, closedOwing()), derived: { ...CONFIG, breakerEpoch: 1 }, pods: null }),
    );
    expect(actions).toEqual([{ kind: 'Notify', notices: [notice] }]);
    expect(status.notifications.notices.map(({ pending }) => pending)).toEqual([[recipientMark(HR)]]);
  });

  test('that is open owes its mail to whoever becomes a contact too', () => {
    const spec = aSpec({ enabled: false, notificationEmails: [HR, 'new@acme.example'] });
    const { status, requeue } = reconcile(
      anObserved({ tenant: stored({ ...mirrored, spec }, told(anOpenBreaker({ mirroredTrip: 1 }))), derived: TRIPPED_CONFIG }),
    );
    expect(status.notifications.notices).toMatchObject([{ pending: [recipientMark('new@acme.example')], delivered: [recipientMark(HR)] }]);
    expect(requeue).toEqual({ kind: 'after', milliseconds: 0 });
  });

  test('tells in its condition what happened and how to switch on again', () => {
    const tenant = stored(mirrored, told(anOpenBreaker({ mirroredTrip: 1 })));
    const { status } = reconcile(anObserved({ tenant, derived: TRIPPED_CONFIG }));
    expect(status.conditions.find(({ type }) => type === 'Tripped')?.message).toBe(
      '4 of 6 requests failed within 40m: 4 InvalidValue; the tenant is switched off; fix the cause, then set spec.enabled to true, ' +
        'or give spec.failurePolicy.resetToken or the annotation scim-operator.dev/reset-at a new value; ' +
        'see https://docs.example.com/troubleshooting.md#tripped',
    );
  });

  test('says the same of a wave in its event and its conditions: where to look first, and two ways on', () => {
    const { status, events } = reconcile(anObserved({ pods: pods(CONFIG, { waves: [{ epoch: 0, wave }] }) }));
    const message =
      '31 of 100 people would be deactivated within 40m, more than users.maxDeactivations allows (30); the tenant is switched off, and those ' +
      "beyond the limit are left as they are; look first whether people have dropped out of the scope of the directory's application by mistake; " +
      'if all of them shall go, set spec.enabled to true, or give spec.failurePolicy.resetToken or the annotation scim-operator.dev/reset-at a ' +
      'new value, which lets as many go each time, or raise users.maxDeactivations before that; ' +
      'see https://docs.example.com/troubleshooting.md#deactivation-wave';
    const told = status.conditions
      .filter(({ type }) => ['Ready', 'Stalled', 'Tripped'].includes(type))
      .map((condition) => condition.message);
    expect([...told, ...events.map((event) => event.message)]).toEqual([message, message, message, message]);
  });
});

/** What is stalled is mailed after 10 minutes, counted from the whole second; a trip has its own mail, and an unread spec names nobody. */
function restOf(conditions: string): Requeue {
  return /Stalled=True\/(?!Tripped|SpecInvalid)/.test(conditions) ? { kind: 'after', milliseconds: 599_500 } : NONE;
}

function runCases(cases: readonly Case[]): void {
  test.each(cases)('$name ($reason)', ({ observed, actions, conditions, events = [], requeue = restOf(conditions) }) => {
    const result = reconcile(anObserved(observed));
    expect(result.actions).toEqual(actions);
    expect(summary(result)).toBe(conditions);
    expect(result.events).toEqual(events.map((event) => expect.objectContaining(event)));
    expect(result.requeue).toEqual(requeue);
  });
}
