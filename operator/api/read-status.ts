import { z } from 'zod';
import { isFailureClass } from '#common/pod-report.ts';
import type { ScimTenantStatus } from './scim-tenant-status.ts';

const CONDITION_TYPES = ['Ready', 'Reconciling', 'Stalled', 'TokenReady', 'Programmed', 'Tripped', 'NotificationDelivered'] as const;

const text = z.string().default('');
const texts = z.array(z.string()).default([]);
const count = z.int().default(0);
const time = z.string().nullable().default(null);
const total = z.int().nullable().default(null);

const conditionSchema = z.object({
  type: z.enum(CONDITION_TYPES),
  status: z.enum(['True', 'False', 'Unknown']),
  observedGeneration: z.int().default(0),
  lastTransitionTime: z.string(),
  reason: z.string(),
  message: text,
});

const syncSchema = z.object({
  lastRequestTime: time,
  lastSuccessTime: time,
  users: total,
  groups: total,
  mapping: time,
  reprojection: z
    .object({
      state: z.enum(['Running', 'Done']),
      total: count,
      done: count,
      incomplete: count,
      startedTime: z.string(),
      finishedTime: time,
      arrivesWithNextSync: texts,
    })
    .nullable()
    .default(null)
    .catch(null),
  recentFailures: knownEntries(
    z.object({ time: z.string(), operation: text, subject: time, reason: text, message: text, action: text, link: text }),
  ),
  ignoredAttributes: texts,
});

const breakerSchema = z.object({
  // Whatever a newer operator has between the two, nothing but a decision switches on who may be switched off.
  state: z.enum(['Closed', 'Open']).default('Closed').catch('Open'),
  reason: text,
  cause: z.enum(['Failures', 'DeactivationWave']).default('Failures').catch('Failures'),
  openedAt: time,
  trips: count,
  epoch: count,
  failures: count,
  requests: count,
  classes: z
    .record(z.string(), z.int())
    .default({})
    .transform((classes) => Object.fromEntries(Object.entries(classes).filter(([name]) => isFailureClass(name)))),
  wave: z.object({ deactivations: count, limit: count, people: count }).nullable().default(null),
  observedResetToken: text,
  observedResetAt: text,
  mirroredTrip: count,
  enablingManifests: texts,
  freeze: z.object({ since: z.string(), told: texts }).nullable().default(null),
});

const tokenSchema = z.object({
  fingerprint: time,
  rotatedAt: time,
  expiresAt: time,
  previousValidUntil: time,
  observedRotateAt: text,
  refusedRotation: z
    .object({ reason: z.enum(['NotGenerated', 'Immutable']), rotateAt: text })
    .nullable()
    .default(null)
    .catch(null),
});

const noticeHead = { id: z.string(), time: z.string(), pending: texts, delivered: texts };

const noticeSchema = z.discriminatedUnion('kind', [
  z.object({
    ...noticeHead,
    kind: z.literal('Trip'),
    trip: count,
    cause: breakerSchema.shape.cause,
    wave: breakerSchema.shape.wave,
    failures: count,
    requests: count,
    classes: breakerSchema.shape.classes,
    window: z.string(),
    switchedOff: z.boolean(),
  }),
  z.object({
    ...noticeHead,
    kind: z.literal('TokenExpiry'),
    state: z.enum(['ExpiresSoon', 'Expired', 'Replaced']),
    fingerprint: z.string(),
    expiresAt: z.string(),
  }),
  z.object({ ...noticeHead, kind: z.literal('Stalled'), reason: z.string(), message: text, generation: z.int() }),
]);

const notificationsSchema = z.object({
  stalled: z.object({ reason: z.string(), generation: z.int(), since: z.string() }).nullable().default(null),
  notices: knownEntries(noticeSchema),
});

const statusSchema = z.object({
  observedGeneration: z.int().nonnegative(),
  endpoint: text,
  conditions: knownEntries(conditionSchema),
  programmed: z.object({ generation: count, pods: count, acknowledged: count }).prefault({}),
  sync: syncSchema.prefault({}),
  breaker: breakerSchema.prefault({}),
  token: tokenSchema.prefault({}),
  notifications: notificationsSchema.prefault({}),
  deletion: z.object({ startedTime: z.string(), total: count, removed: count }).nullable().default(null),
});

/** A list whose entries of an unknown kind, which another version of the operator wrote, are left out. */
function knownEntries<Entry extends z.ZodType>(entry: Entry) {
  return z
    .array(z.unknown())
    .default([])
    .transform((entries): z.output<Entry>[] =>
      entries.flatMap((each) => {
        const parsed = entry.safeParse(each);
        return parsed.success ? [parsed.data] : [];
      }),
    );
}

/**
 * Reads a status as it was stored, be it by another version of the operator: what is absent is null or empty, and so is a word
 * that is not known, or it is taken for the nearest one.
 * @returns null while the operator has not written one: there is none, or only the CRD's default `observedGeneration: -1`
 * @throws z.ZodError when a member is of another type, which the CRD's schema excludes
 */
export function readScimTenantStatus(status: unknown): ScimTenantStatus | null {
  const seen = z.object({ observedGeneration: z.int() }).safeParse(status);
  return seen.success && seen.data.observedGeneration >= 0 ? statusSchema.parse(status) : null;
}
