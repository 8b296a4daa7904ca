import type { TripNotice } from '#operator/controller/ports.ts';
import { aWaveBreaker } from '#test/support/a-tenant.ts';

/** Of a directory whose scope was emptied. */
export function aWaveNotice(overrides: Partial<TripNotice> = {}): TripNotice {
  const { cause, wave, failures, requests, classes } = aWaveBreaker();
  return aTripNotice({ cause, wave, failures, requests, classes, ...overrides });
}

function tripFacts(trip: number) {
  return { kind: 'Trip', id: `trip-${trip}`, time: '2026-11-24T06:00:00Z', trip } as const;
}

export function aTripNotice(overrides: Partial<TripNotice> = {}): TripNotice {
  return {
    tenant: { namespace: 'team-hr', name: 'acme' },
    uid: '0f5c9a1e-6b7d-4c3a-9f55-2d1f3c8b7a60',
    displayName: 'Acme Corp',
    endpoint: 'https://scim.example.com/team-hr/acme/scim/v2',
    recipient: 'hr-it@acme.example',
    ...tripFacts(overrides.trip ?? 3),
    cause: 'Failures',
    wave: null,
    failures: 60,
    requests: 100,
    classes: { StoreUnavailable: 2, InvalidValue: 58 },
    window: '40m',
    switchedOff: true,
    ...overrides,
  };
}
