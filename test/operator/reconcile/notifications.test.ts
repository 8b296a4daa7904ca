import { describe, expect, test } from '@jest/globals';
import type { NotificationsStatus, StoredNotice, StoredTokenExpiry } from '#operator/api/notifications-status.ts';
import type { ScimTenantStatus } from '#operator/api/scim-tenant-status.ts';
import { recipientMark } from '#operator/reconcile/notices.ts';
import type { Observed } from '#operator/reconcile/observed.ts';
import { anOpenBreaker, aSpec, aStoredTrip, aTokenStatus } from '#test/support/a-tenant.ts';
import { anObserved, aTokenSecret, CONFIG, FINGERPRINT, NOW, reconcile, stored } from '#test/support/an-observed.ts';

const HR = 'hr-it@acme.example';
const MARK = recipientMark(HR);
const DIGITS = FINGERPRINT.replace('sha256:', '');
const BROKEN = aSpec({ attributeMapping: [{ source: 'usrname', target: 'nick' }] });
const MINUTE = 60_000;

function aTokenNotice(state: StoredTokenExpiry['state'], overrides: Partial<StoredTokenExpiry> = {}): StoredTokenExpiry {
  return {
    id: `token-${state.toLowerCase()}-${DIGITS}`,
    kind: 'TokenExpiry',
    time: '2026-11-24T06:00:10Z',
    pending: [MARK],
    delivered: [],
    state,
    fingerprint: FINGERPRINT,
    expiresAt: '2026-11-24T06:00:00Z',
    ...overrides,
  };
}

const told = { pending: [], delivered: [MARK] };

function notifications(observed: Partial<Observed>): NotificationsStatus {
  return reconcile(anObserved(observed)).status.notifications;
}

function known(...notices: readonly StoredNotice[]): Pick<ScimTenantStatus, 'notifications'> {
  return { notifications: { stalled: null, notices } };
}

describe('a token that comes up to its greatest age', () => {
  const soon = aSpec({ tokenPolicy: { maxAge: '480h' } });
  const over = aSpec({ tokenPolicy: { maxAge: '1h' } });
  const cases: readonly { name: string; observed: Partial<Observed>; notices: readonly StoredNotice[] }[] = [
    {
      name: 'is told when it expires soon',
      observed: { tenant: stored({ spec: soon }) },
      notices: [aTokenNotice('ExpiresSoon', { expiresAt: '2026-12-14T05:00:00Z' })],
    },
    {
      name: 'is told once',
      observed: { tenant: stored({ spec: soon }, known(aTokenNotice('ExpiresSoon', told))) },
      notices: [aTokenNotice('ExpiresSoon', told)],
    },
    {
      name: 'is told again when it has expired, and the earlier notice has done its work',
      observed: { tenant: stored({ spec: over }, known(aTokenNotice('ExpiresSoon', told))) },
      notices: [aTokenNotice('Expired')],
    },
    {
      name: 'is told both when the first mail is owed still',
      observed: { tenant: stored({ spec: over }, known(aTokenNotice('ExpiresSoon'))) },
      notices: [aTokenNotice('ExpiresSoon'), aTokenNotice('Expired')],
    },
    {
      name: 'is told no more when a longer maxAge takes it back',
      observed: { tenant: stored({ spec: soon }, known(aTokenNotice('Expired', told))) },
      notices: [aTokenNotice('Expired', told)],
    },
    {
      name: 'is no longer remembered once another token is in its place',
      observed: {
        tenant: stored({}, known(aTokenNotice('Expired', { ...told, fingerprint: 'sha256:before', id: 'token-expired-before' }))),
      },
      notices: [],
    },
    {
      name: 'is told to nobody when there is no contact',
      observed: { tenant: stored({ spec: { ...over, notificationEmails: [] } }) },
      notices: [aTokenNotice('Expired', { pending: [] })],
    },
  ];
  test.each(cases)('$name', ({ observed, notices }) => expect(notifications(observed).notices).toEqual(notices));
});

describe('a token that was replaced', () => {
  const before = { token: aTokenStatus({ fingerprint: 'sha256:before' }) };
  const byAge = aSpec({ tokenPolicy: { generate: true, rotateAfter: '720h' } });
  const derived = { ...CONFIG, tokenDigests: [{ sha256: 'b'.repeat(64), validUntil: null }] };
  const tokenSecret = aTokenSecret({ generated: true, madeFor: 'acme' });

  test('is told where the operator makes new ones by itself: the directory needs it before the old one ends', () => {
    const token = aTokenStatus({ fingerprint: `sha256:${'b'.repeat(12)}` });
    expect(notifications({ tenant: stored({ spec: byAge }, { token }), derived, tokenSecret }).notices).toEqual([
      aTokenNotice('Replaced', { expiresAt: '2026-11-25T06:00:10Z' }),
    ]);
  });

  test('is told too when the old one ended at once', () => {
    expect(notifications({ tenant: stored({ spec: byAge }, before), tokenSecret }).notices).toEqual([
      aTokenNotice('Replaced', { expiresAt: '2026-11-24T06:00:10Z' }),
    ]);
  });

  test('is not told where somebody replaced it by hand', () => {
    expect(notifications({ tenant: stored({}, before) }).notices).toEqual([]);
  });

  test('leaves no notice behind once everybody has the mail', () => {
    expect(notifications({ tenant: stored({ spec: byAge }, known(aTokenNotice('Replaced', told))), tokenSecret }).notices).toEqual([]);
  });
});

describe('a configuration that is stalled', () => {
  const since = (milliseconds: number, overrides = {}) => ({
    reason: 'MappingInvalid',
    generation: 1,
    since: new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z'),
    ...overrides,
  });
  const notice: StoredNotice = {
    id: 'stalled-1-MappingInvalid',
    kind: 'Stalled',
    time: '2026-11-24T05:50:10Z',
    pending: [MARK],
    delivered: [],
    reason: 'MappingInvalid',
    message:
      'attributeMapping[0].source: "usrname" is not an attribute of the User; did you mean "userName"?. The last good configuration stays in force until this is corrected',
    generation: 1,
  };
  const GRACE_OVER = NOW - 10 * MINUTE;

  test('is noted at first, and looked at again when the grace ends', () => {
    const { status, requeue } = reconcile(anObserved({ tenant: stored({ spec: BROKEN }) }));
    expect(status.notifications).toEqual({ stalled: since(NOW), notices: [] });
    expect(requeue).toEqual({ kind: 'after', milliseconds: 10 * MINUTE - 500 });
  });

  test('is told after 10 minutes, in words without the page, and looked at at once, so that the mail goes', () => {
    const tenant = stored({ spec: BROKEN }, { notifications: { stalled: since(GRACE_OVER), notices: [] } });
    const { status, requeue } = reconcile(anObserved({ tenant }));
    expect(status.notifications.notices).toEqual([{ ...notice, message: expect.stringMatching(/^attributeMapping\[0\].*corrected$/) }]);
    expect(requeue).toEqual({ kind: 'after', milliseconds: 0 });
  });

  const cases: readonly { name: string; tenant: Observed['tenant']; expected: NotificationsStatus }[] = [
    {
      name: 'is told once for a reason and a generation',
      tenant: stored({ spec: BROKEN }, { notifications: { stalled: since(GRACE_OVER), notices: [{ ...notice, ...told }] } }),
      expected: { stalled: since(GRACE_OVER), notices: [{ ...notice, ...told }] },
    },
    {
      name: 'waits anew when the clock was set back since, for ten minutes and not for a day',
      tenant: stored({ spec: BROKEN }, { notifications: { stalled: since(NOW + 24 * 60 * MINUTE), notices: [] } }),
      expected: { stalled: since(NOW), notices: [] },
    },
    {
      name: 'begins a new grace with each edit',
      tenant: stored({ spec: BROKEN, generation: 2 }, { notifications: { stalled: since(GRACE_OVER), notices: [] } }),
      expected: { stalled: since(NOW, { generation: 2 }), notices: [] },
    },
    {
      name: 'begins a new grace with another reason',
      tenant: stored({ spec: BROKEN }, { notifications: { stalled: since(GRACE_OVER, { reason: 'TokenTooShort' }), notices: [] } }),
      expected: { stalled: since(NOW), notices: [] },
    },
    {
      name: 'is told to nobody when it was mended in time',
      tenant: stored({}, { notifications: { stalled: since(GRACE_OVER), notices: [] } }),
      expected: { stalled: null, notices: [] },
    },
    {
      name: 'that is mended later stays told as long as its generation, since a Secret may come and go',
      tenant: stored({}, { notifications: { stalled: since(GRACE_OVER), notices: [{ ...notice, ...told }] } }),
      expected: { stalled: null, notices: [{ ...notice, ...told }] },
    },
    {
      name: 'that was mended by an edit owes its mail still, to those who were contacts',
      tenant: stored(
        { generation: 2, spec: aSpec({ notificationEmails: [HR, 'new@acme.example'] }) },
        { notifications: { stalled: since(GRACE_OVER), notices: [notice] } },
      ),
      expected: { stalled: null, notices: [notice] },
    },
    {
      name: 'by a spec that can’t be read names nobody who could be told',
      tenant: stored(
        { spec: { problems: ['spec.tokenSecretRef: required'] } },
        { notifications: { stalled: since(GRACE_OVER), notices: [notice] } },
      ),
      expected: { stalled: since(GRACE_OVER), notices: [notice] },
    },
  ];
  test.each(cases)('$name', ({ tenant, expected }) => expect(notifications({ tenant })).toEqual(expected));

  test('is no matter of this mail while the breaker is open, which has its own', () => {
    const tenant = stored({ spec: BROKEN }, { breaker: anOpenBreaker(), notifications: { stalled: since(GRACE_OVER), notices: [] } });
    expect(notifications({ tenant })).toEqual({ stalled: null, notices: [] });
  });
});

test('of notices that no mail server takes the newest 30 are kept', () => {
  const trips = Array.from({ length: 40 }, (_, index) => aStoredTrip(anOpenBreaker({ trips: index + 1 })));
  const { notices } = notifications({ tenant: stored({}, known(...trips)) });
  expect(notices.map(({ id }) => id)).toEqual(trips.slice(-30).map(({ id }) => id));
});

test('no status shows an address', () => {
  const spec = aSpec({ tokenPolicy: { maxAge: '1h' }, notificationEmails: [HR] });
  expect(JSON.stringify(reconcile(anObserved({ tenant: stored({ spec }) })).status)).not.toContain(HR);
});
