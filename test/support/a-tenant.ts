import type { z } from 'zod';
import { projectionRevision, type TenantConfig } from '#common/tenant-config.ts';
import { NO_NOTIFICATIONS, type StoredTrip } from '#operator/api/notifications-status.ts';
import type { ScimTenant } from '#operator/api/scim-tenant.ts';
import { scimTenantSpecSchema, type ScimTenantSpec } from '#operator/api/scim-tenant-spec.ts';
import {
  CLOSED_BREAKER,
  NEVER_SYNCED,
  NO_TOKEN,
  type BreakerStatus,
  type Condition,
  type ConditionType,
  type ScimTenantStatus,
  type TokenStatus,
} from '#operator/api/scim-tenant-status.ts';
import { recipientMark } from '#operator/reconcile/notices.ts';

type SpecInput = Partial<z.input<typeof scimTenantSpecSchema>>;

/** As a user writes it; trips at 3 failures of 5 requests or more, from 50 %. */
export function aSpec(overrides: SpecInput = {}): ScimTenantSpec {
  return scimTenantSpecSchema.parse({ ...aSpecManifest(), ...overrides });
}

/** The same before defaults are filled in. */
export function aSpecManifest(overrides: SpecInput = {}): SpecInput {
  return {
    tokenSecretRef: { name: 'acme-scim-token' },
    notificationEmails: ['hr-it@acme.example'],
    attributeMapping: [
      { source: 'username', target: 'login', required: true },
      { source: 'emails[type eq "work"].value', target: 'email' },
    ],
    failurePolicy: { minRequests: 5, maxFailures: 3, maxFailureRatio: 0.5 },
    ...overrides,
  };
}

/** Tenant `team-hr/acme`, enabled by kubectl and not yet seen by the operator. */
export function aTenant(overrides: Partial<ScimTenant> = {}): ScimTenant {
  return {
    namespace: 'team-hr',
    name: 'acme',
    uid: '0f5c9a1e-6b7d-4c3a-9f55-2d1f3c8b7a60',
    resourceVersion: '1',
    generation: 1,
    annotations: {},
    deletionRequestedAt: null,
    held: false,
    spec: aSpec(),
    enabledOwners: ['kubectl'],
    possibleOwners: [],
    enablingManifests: [],
    status: null,
    ...overrides,
  };
}

/** Closed and never opened. */
export function aBreaker(overrides: Partial<BreakerStatus> = {}): BreakerStatus {
  return { ...CLOSED_BREAKER, ...overrides };
}

/** Opened for the first time by 4 failures of 6 requests. */
export function anOpenBreaker(overrides: Partial<BreakerStatus> = {}): BreakerStatus {
  return aBreaker({
    state: 'Open',
    reason: '4 of 6 requests failed within 40m: 4 InvalidValue',
    openedAt: '2026-11-24T06:00:00Z',
    trips: 1,
    failures: 4,
    requests: 6,
    classes: { InvalidValue: 4 },
    ...overrides,
  });
}

/** Opened for the first time by a directory that wanted 31 of 100 people gone. */
export function aWaveBreaker(overrides: Partial<BreakerStatus> = {}): BreakerStatus {
  return anOpenBreaker({
    reason: '31 of 100 people would be deactivated within 40m, more than users.maxDeactivations allows (30)',
    cause: 'DeactivationWave',
    wave: { deactivations: 31, limit: 30, people: 100 },
    failures: 0,
    requests: 31,
    classes: {},
    ...overrides,
  });
}

/** Stored by a run that found everything well. */
export function aStatus(overrides: Partial<ScimTenantStatus> = {}): ScimTenantStatus {
  return {
    observedGeneration: 1,
    endpoint: 'https://scim.example.com/team-hr/acme/scim/v2',
    conditions: [
      aCondition('Ready', 'True', 'Programmed', 'Every pod of the SCIM service serves this tenant'),
      aCondition('TokenReady', 'True', 'Accepted', 'The token is accepted'),
      aCondition('Programmed', 'True', 'Programmed', 'Every pod of the SCIM service serves this configuration'),
    ],
    programmed: { generation: 1, pods: 2, acknowledged: 2 },
    sync: NEVER_SYNCED,
    breaker: CLOSED_BREAKER,
    token: aTokenStatus(),
    notifications: NO_NOTIFICATIONS,
    deletion: null,
    ...overrides,
  };
}

/** Of a tenant that is served by this config. */
export function aSync(config: Pick<TenantConfig, 'mapping'>, overrides: Partial<ScimTenantStatus['sync']> = {}): ScimTenantStatus['sync'] {
  return { ...NEVER_SYNCED, mapping: projectionRevision(config), ...overrides };
}

export function aTokenStatus(overrides: Partial<TokenStatus> = {}): TokenStatus {
  return { ...NO_TOKEN, rotatedAt: '2026-11-24T05:00:00Z', ...overrides };
}

/** Of the trip that `anOpenBreaker` and `aWaveBreaker` are of. */
export function aStoredTrip(breaker: BreakerStatus, overrides: Partial<StoredTrip> = {}): StoredTrip {
  const { trips, openedAt, cause, wave, failures, requests, classes } = breaker;
  return {
    id: `trip-${trips}`,
    kind: 'Trip',
    time: openedAt ?? '2026-11-24T06:00:00Z',
    pending: [recipientMark('hr-it@acme.example')],
    delivered: [],
    trip: trips,
    cause,
    wave,
    failures,
    requests,
    classes,
    window: '40m',
    switchedOff: true,
    ...overrides,
  };
}

export function aCondition(type: ConditionType, status: Condition['status'], reason: string, message: string): Condition {
  return { type, status, observedGeneration: 1, lastTransitionTime: '2026-11-24T05:00:00Z', reason, message };
}
