import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { CLIENT_FAILURE_CLASSES, SERVER_FAILURE_CLASSES } from '#common/pod-report.ts';
import { readScimTenantStatus } from '#operator/api/read-status.ts';
import { NO_NOTIFICATIONS } from '#operator/api/notifications-status.ts';
import { CLOSED_BREAKER, NEVER_SYNCED, NO_TOKEN, type ScimTenantStatus } from '#operator/api/scim-tenant-status.ts';
import { statusToWire } from '#operator/kube/status-wire.ts';

const FRESH: ScimTenantStatus = {
  observedGeneration: 1,
  endpoint: 'https://scim.example.com/team-hr/acme/scim/v2',
  conditions: [],
  programmed: { generation: 1, pods: 0, acknowledged: 0 },
  sync: NEVER_SYNCED,
  breaker: CLOSED_BREAKER,
  token: NO_TOKEN,
  notifications: NO_NOTIFICATIONS,
  deletion: null,
};

describe('a status on the wire', () => {
  test('has neither nulls nor empty objects and lists, and keeps zeros and empty texts', () => {
    expect(statusToWire(FRESH)).toEqual({
      observedGeneration: 1,
      endpoint: 'https://scim.example.com/team-hr/acme/scim/v2',
      programmed: { generation: 1, pods: 0, acknowledged: 0 },
      breaker: {
        state: 'Closed',
        reason: '',
        cause: 'Failures',
        trips: 0,
        epoch: 0,
        failures: 0,
        requests: 0,
        observedResetToken: '',
        observedResetAt: '',
        mirroredTrip: 0,
      },
      token: { observedRotateAt: '' },
    });
    expect(Object.keys(statusToWire(FRESH))).not.toContain('sync');
  });

  test('is read as it was written, whatever it is', () => {
    const time = fc.constantFrom(null, '2026-01-02T03:04:05Z');
    const count = fc.nat();
    const total = fc.option(count);
    const word = fc.string({ maxLength: 20 });
    const words = fc.array(word, { maxLength: 3 });
    const head = { id: word, time: fc.constant('2026-01-02T03:04:05Z'), pending: words, delivered: words };
    const cause = fc.constantFrom('Failures', 'DeactivationWave');
    const wave = fc.option(fc.record({ deactivations: count, limit: count, people: count }));
    const failureClass = fc.constantFrom(...CLIENT_FAILURE_CLASSES, ...SERVER_FAILURE_CLASSES);
    const classes = fc.dictionary(failureClass, count, { noNullPrototype: true });
    const figures = { trip: count, cause, wave, failures: count, requests: count, classes, window: word, switchedOff: fc.boolean() };
    const trip = fc.record({ ...head, kind: fc.constant('Trip'), ...figures });
    const state = fc.constantFrom('ExpiresSoon', 'Expired', 'Replaced');
    const tokenExpiry = fc.record({ ...head, kind: fc.constant('TokenExpiry'), state, fingerprint: word, expiresAt: word });
    const stalled = fc.record({ ...head, kind: fc.constant('Stalled'), reason: word, message: word, generation: count });
    const status: fc.Arbitrary<ScimTenantStatus> = fc.record({
      observedGeneration: count,
      endpoint: word,
      conditions: fc.array(
        fc.record({
          type: fc.constantFrom('Ready', 'Reconciling', 'Stalled', 'TokenReady', 'Programmed', 'Tripped', 'NotificationDelivered'),
          status: fc.constantFrom('True', 'False', 'Unknown'),
          observedGeneration: count,
          lastTransitionTime: fc.constant('2026-01-02T03:04:05Z'),
          reason: word,
          message: word,
        }),
        { maxLength: 4 },
      ),
      programmed: fc.record({ generation: count, pods: count, acknowledged: count }),
      sync: fc.record({
        lastRequestTime: time,
        lastSuccessTime: time,
        users: total,
        groups: total,
        mapping: fc.option(word),
        reprojection: fc.option(
          fc.record({
            state: fc.constantFrom('Running', 'Done'),
            total: count,
            done: count,
            incomplete: count,
            startedTime: fc.constant('2026-01-02T03:04:05Z'),
            finishedTime: time,
            arrivesWithNextSync: fc.array(word, { maxLength: 3 }),
          }),
        ),
        recentFailures: fc.array(
          fc.record({
            time: fc.constant('2026-01-02T03:04:05Z'),
            operation: word,
            subject: fc.option(word),
            reason: word,
            message: word,
            action: word,
            link: word,
          }),
          { maxLength: 3 },
        ),
        ignoredAttributes: fc.array(word, { maxLength: 3 }),
      }),
      breaker: fc.record({
        state: fc.constantFrom('Closed', 'Open'),
        reason: word,
        cause,
        openedAt: time,
        trips: count,
        epoch: count,
        failures: count,
        requests: count,
        classes,
        wave,
        observedResetToken: word,
        observedResetAt: word,
        mirroredTrip: count,
        enablingManifests: fc.array(word, { maxLength: 3 }),
        freeze: fc.option(fc.record({ since: fc.constant('2026-01-02T03:04:05Z'), told: fc.array(word, { maxLength: 3 }) })),
      }),
      token: fc.record({
        fingerprint: fc.option(word),
        rotatedAt: time,
        expiresAt: time,
        previousValidUntil: time,
        observedRotateAt: word,
        refusedRotation: fc.option(fc.record({ reason: fc.constantFrom('NotGenerated', 'Immutable'), rotateAt: word })),
      }),
      notifications: fc.record({
        stalled: fc.option(fc.record({ reason: word, generation: count, since: fc.constant('2026-01-02T03:04:05Z') })),
        notices: fc.array(fc.oneof(trip, tokenExpiry, stalled), { maxLength: 3 }),
      }),
      deletion: fc.option(fc.record({ startedTime: fc.constant('2026-01-02T03:04:05Z'), total: count, removed: count })),
    });
    fc.assert(
      fc.property(status, (written) => {
        expect(readScimTenantStatus(JSON.parse(JSON.stringify(statusToWire(written))))).toEqual(written);
      }),
    );
  });
});
