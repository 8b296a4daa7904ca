import { z } from 'zod';
import { DURATION_PATTERN, parseDuration } from '#common/duration.ts';

/**
 * `spec` of a ScimTenant with the same rules and defaults as `crds/scimtenants.yaml`. The API server has applied them
 * already; a directory of YAML files has no API server, so they are applied here too.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function duration(range: { min?: number; max?: number } = {}) {
  return z
    .string()
    .regex(DURATION_PATTERN, 'write a duration such as 40m, 24h or 1h30m')
    .refine((text) => !DURATION_PATTERN.test(text) || parseDuration(text) >= (range.min ?? 0), 'duration is too short')
    .refine((text) => !DURATION_PATTERN.test(text) || parseDuration(text) <= (range.max ?? 87_600 * HOUR), 'duration is too long');
}

const targetSchema = z
  .string()
  .max(200)
  .regex(/^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*$/, 'write a field of your record such as email or contact.email');

const mappingRuleSchema = z.strictObject({
  source: z.string().min(1).max(500),
  target: targetSchema,
  required: z.boolean().default(false),
  type: z.enum(['String', 'Integer', 'Decimal', 'Boolean', 'DateTime', 'Reference']).optional(),
});

const emailSchema = z
  .string()
  .max(254)
  .regex(/^[^@\s]+@[^@\s]+$/, 'write an e-mail address');

export const scimTenantSpecSchema = z.strictObject({
  enabled: z.boolean().default(true),
  displayName: z.string().max(200).optional(),
  tokenSecretRef: z.strictObject({ name: z.string().min(1).max(253), key: z.string().min(1).max(253).default('token') }),
  tokenPolicy: z
    .strictObject({
      generate: z.boolean().default(false),
      overlap: duration().default('24h'),
      maxAge: duration({ min: HOUR }).optional(),
    })
    .prefault({}),
  notificationEmails: z.array(emailSchema).max(20).default([]),
  attributeMapping: z.array(mappingRuleSchema).min(1).max(200),
  newUserDefaults: z
    .array(z.strictObject({ target: targetSchema, value: z.union([z.string().max(1000), z.number(), z.boolean()]) }))
    .max(100)
    .default([]),
  matchExistingBy: z.array(targetSchema).max(10).default([]),
  users: z
    .strictObject({ onDelete: z.enum(['Deactivate', 'Remove']).default('Deactivate'), retention: duration().default('720h') })
    .prefault({}),
  groups: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
  failurePolicy: z
    .strictObject({
      window: duration({ min: MINUTE, max: 2 * HOUR }).default('40m'),
      minRequests: z.int().min(1).max(1_000_000).default(20),
      maxFailures: z.int().min(1).max(1_000_000).default(50),
      maxFailureRatio: z.number().min(0).max(1).default(0.4),
      countClientErrors: z.boolean().default(true),
      action: z.enum(['Disable', 'NotifyOnly']).default('Disable'),
      resetToken: z.string().max(200).default(''),
    })
    .prefault({}),
  rateLimit: z
    .strictObject({
      requestsPerSecond: z.int().min(1).max(100_000).default(100),
      burst: z.int().min(1).max(1_000_000).default(200),
    })
    .prefault({}),
  tenantDeletion: z.enum(['Retain', 'Delete']).default('Retain'),
});

export type ScimTenantSpec = z.infer<typeof scimTenantSpecSchema>;
export type FailurePolicy = ScimTenantSpec['failurePolicy'];
