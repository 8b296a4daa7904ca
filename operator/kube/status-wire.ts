import { z } from 'zod';
import { CLIENT_FAILURE_CLASSES, SERVER_FAILURE_CLASSES } from '#common/pod-report.ts';
import type { ScimTenantStatus } from '../api/scim-tenant-status.ts';

/**
 * `status` as the API server keeps it. What is null or empty for us is absent there: with server-side apply an absent field
 * is given up and removed. An empty object must not be sent in its place: once its former members are given up, the API
 * server makes a null of it and refuses that as invalid (seen with 1.37).
 */

const CONDITION_TYPES = ['Ready', 'Reconciling', 'Stalled', 'TokenReady', 'Programmed', 'Tripped', 'NotificationDelivered'] as const;

const text = z.string().default('');
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

const failureClassSchema = z.enum([...CLIENT_FAILURE_CLASSES, ...SERVER_FAILURE_CLASSES]);

const statusSchema = z.object({
  observedGeneration: z.int().nonnegative(),
  endpoint: text,
  conditions: knownEntries(conditionSchema),
  programmed: z.object({ generation: count, pods: count, acknowledged: count }).prefault({}),
  sync: z.object({ lastRequestTime: time, lastSuccessTime: time, users: total, groups: total }).prefault({}),
  breaker: z
    .object({
      state: z.enum(['Closed', 'Open']).default('Closed'),
      reason: text,
      openedAt: time,
      trips: count,
      epoch: count,
      failures: count,
      requests: count,
      classes: z
        .record(z.string(), z.int())
        .default({})
        .transform((classes) => Object.fromEntries(Object.entries(classes).filter(([name]) => failureClassSchema.safeParse(name).success))),
      observedResetToken: text,
      observedResetAt: text,
      mirroredTrip: count,
      lastNotified: z.object({ trip: count, recipients: z.array(z.string()).default([]) }).prefault({}),
    })
    .prefault({}),
  token: z.object({ fingerprint: time, rotatedAt: time, expiresAt: time, previousValidUntil: time }).prefault({}),
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

/** The members that have a value; `statusFromWire` restores the others. */
export function statusToWire(status: ScimTenantStatus): Record<string, unknown> {
  return (withoutEmpty(status) ?? {}) as Record<string, unknown>;
}

/**
 * @returns null while the operator has not written one: there is none, or only the default `observedGeneration: -1`
 * @throws z.ZodError when a member is of another type, which the CRD's schema excludes
 */
export function statusFromWire(status: unknown): ScimTenantStatus | null {
  const seen = z.object({ observedGeneration: z.int() }).safeParse(status);
  return seen.success && seen.data.observedGeneration >= 0 ? statusSchema.parse(status) : null;
}

/** Undefined for null, and for a list or an object in which nothing is left. */
function withoutEmpty(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(withoutEmpty);
  if (typeof value !== 'object') return value;
  const members = Object.entries(value)
    .map(([name, member]) => [name, withoutEmpty(member)] as const)
    .filter(([, member]) => member !== undefined);
  return members.length === 0 ? undefined : Object.fromEntries(members);
}
