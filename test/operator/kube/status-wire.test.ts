import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { CLIENT_FAILURE_CLASSES, SERVER_FAILURE_CLASSES } from '#common/pod-report.ts';
import { readScimTenantStatus } from '#operator/api/read-status.ts';
import { CLOSED_BREAKER, NEVER_SYNCED, type ScimTenantStatus } from '#operator/api/scim-tenant-status.ts';
import { statusToWire } from '#operator/kube/status-wire.ts';

const FRESH: ScimTenantStatus = {
  observedGeneration: 1,
  endpoint: 'https://scim.example.com/team-hr/acme/scim/v2',
  conditions: [],
  programmed: { generation: 1, pods: 0, acknowledged: 0 },
  sync: NEVER_SYNCED,
  breaker: CLOSED_BREAKER,
  token: { fingerprint: null, rotatedAt: null, expiresAt: null, previousValidUntil: null },
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
        lastNotified: { trip: 0 },
      },
    });
    expect(Object.keys(statusToWire(FRESH))).not.toContain('sync');
  });

  test('is read as it was written, whatever it is', () => {
    const time = fc.constantFrom(null, '2026-01-02T03:04:05Z');
    const count = fc.nat();
    const total = fc.option(count);
    const word = fc.string({ maxLength: 20 });
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
        cause: fc.constantFrom('Failures', 'DeactivationWave'),
        openedAt: time,
        trips: count,
        epoch: count,
        failures: count,
        requests: count,
        classes: fc.dictionary(fc.constantFrom(...CLIENT_FAILURE_CLASSES, ...SERVER_FAILURE_CLASSES), count, { noNullPrototype: true }),
        wave: fc.option(fc.record({ deactivations: count, limit: count, people: count })),
        observedResetToken: word,
        observedResetAt: word,
        mirroredTrip: count,
        lastNotified: fc.record({ trip: count, recipients: fc.array(word, { maxLength: 3 }) }),
      }),
      token: fc.record({ fingerprint: fc.option(word), rotatedAt: time, expiresAt: time, previousValidUntil: time }),
    });
    fc.assert(
      fc.property(status, (written) => {
        expect(readScimTenantStatus(JSON.parse(JSON.stringify(statusToWire(written))))).toEqual(written);
      }),
    );
  });
});
