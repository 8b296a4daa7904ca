import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readScimTenantStatus } from '#operator/api/read-status.ts';
import { statusToWire } from '#operator/kube/status-wire.ts';
import { CLOSED_BREAKER, NEVER_SYNCED, NO_TOKEN } from '#operator/api/scim-tenant-status.ts';

/** As programs of 0.1.0 wrote it. */
const LEFT = JSON.parse(readFileSync('test/fixtures/upgrade/0.1.0.json', 'utf8')) as readonly { readonly status: object }[];

describe('a stored status', () => {
  test('of 0.1.0 is read whole: written again it is the same', () => {
    expect(LEFT).toHaveLength(2);
    for (const { status } of LEFT) expect(statusToWire(readScimTenantStatus(status)!)).toEqual(status);
  });

  test('of a newer operator is read where its words are not known: no tenant is switched on, nothing is told twice', () => {
    const trip = {
      id: 'trip-1',
      kind: 'Trip',
      time: '2026-01-02T03:04:05Z',
      window: '40m',
      switchedOff: true,
      delivered: ['0123456789ab'],
    };
    const read = readScimTenantStatus({
      observedGeneration: 3,
      breaker: { state: 'HalfOpen', cause: 'Boredom', openedAt: '2026-01-02T03:04:05Z', trips: 1, mirroredTrip: 1, mood: 'low' },
      sync: { reprojection: { state: 'Paused', startedTime: '2026-01-02T03:04:05Z' }, speed: 9 },
      token: { fingerprint: 'sha256:0123456789ab', refusedRotation: { reason: 'Weekend', rotateAt: 'x' } },
      notifications: { notices: [{ ...trip, cause: 'Boredom' }], muted: true },
    });
    expect(read).toMatchObject({
      breaker: { state: 'Open', cause: 'Failures', openedAt: '2026-01-02T03:04:05Z', trips: 1, mirroredTrip: 1 },
      sync: { reprojection: null },
      token: { fingerprint: 'sha256:0123456789ab', refusedRotation: null },
      notifications: { notices: [{ id: 'trip-1', cause: 'Failures', delivered: ['0123456789ab'] }] },
    });
    expect(JSON.stringify(read)).not.toMatch(/mood|speed|muted/);
  });

  test.each([
    { name: 'absent', wire: undefined },
    { name: 'null', wire: null },
    { name: 'empty', wire: {} },
    { name: 'the default of the CRD', wire: { observedGeneration: -1 } },
  ])('that is $name is one that nobody has written', ({ wire }) => {
    expect(readScimTenantStatus(wire)).toBeNull();
  });

  test('of another version of the operator is read as far as it is known', () => {
    const condition = { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-02T03:04:05Z', reason: 'Fine' };
    const stalled = {
      id: 'stalled-3-X',
      kind: 'Stalled',
      time: '2026-01-02T03:04:05Z',
      pending: ['0123456789ab'],
      delivered: [],
      reason: 'X',
      generation: 3,
    };
    const read = readScimTenantStatus({
      observedGeneration: 3,
      colour: 'green',
      sync: { users: 7, recentFailures: [{ time: '2026-01-02T03:04:05Z', reason: 'Gremlins' }, { reason: 'Timeless' }] },
      conditions: [condition, { ...condition, type: 'Shiny' }],
      breaker: { state: 'Open', trips: 4, classes: { InvalidValue: 2, Gremlins: 9 } },
      notifications: { notices: [stalled, { ...stalled, kind: 'Anniversary' }, { kind: 'Trip', id: 'trip-1' }] },
    });
    expect(read).toEqual({
      observedGeneration: 3,
      endpoint: '',
      conditions: [{ ...condition, observedGeneration: 0, message: '' }],
      programmed: { generation: 0, pods: 0, acknowledged: 0 },
      sync: {
        ...NEVER_SYNCED,
        users: 7,
        recentFailures: [
          { time: '2026-01-02T03:04:05Z', operation: '', subject: null, reason: 'Gremlins', message: '', action: '', link: '' },
        ],
      },
      breaker: { ...CLOSED_BREAKER, state: 'Open', trips: 4, classes: { InvalidValue: 2 } },
      token: NO_TOKEN,
      notifications: { stalled: null, notices: [{ ...stalled, message: '' }] },
      deletion: null,
    });
  });
});
