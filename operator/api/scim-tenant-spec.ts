import { z } from 'zod';
import { DURATION_PATTERN, parseDuration } from '#common/duration.ts';

/**
 * `spec` of a ScimTenant with the same rules and defaults as `crds/scimtenants.yaml`. The API server has applied them
 * already; a directory of YAML files has no API server, so they are applied here too.
 */

/** Bounds are written as in the CRD; ten years by default, so that a sum with a date stays a date. */
function duration({ min = '0s', max = '87600h' }: { min?: string; max?: string } = {}) {
  const range = min === '0s' ? `write a duration of at most ${max}` : `write a duration from ${min} to ${max}`;
  return z
    .string()
    .max(20)
    .regex(DURATION_PATTERN, 'write a duration such as 40m, 24h or 1h30m')
    .refine(
      (text) => !DURATION_PATTERN.test(text) || (parseDuration(text) >= parseDuration(min) && parseDuration(text) <= parseDuration(max)),
      range,
    );
}

/** False where one of them is none; that is told by its own rule. */
function isShorterOrEqual(one: string, other: string): boolean {
  return DURATION_PATTERN.test(one) && DURATION_PATTERN.test(other) && parseDuration(one) <= parseDuration(other);
}

const targetSchema = z
  .string()
  .max(200)
  .regex(/^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*$/, 'write a field of your record such as email or contact.email');

const sourceSchema = z.string().min(1).max(500);

/** A value of the product's record that the author of the resource writes. */
const scalarSchema = z.union([z.string().max(1000), z.number(), z.boolean()], 'write a text, a number, true or false');

const MAX_MAPPED_VALUES = 500;

const valueMapSchema = z.strictObject({
  values: z
    .record(z.string(), scalarSchema)
    .refine((values) => Object.keys(values).length <= MAX_MAPPED_VALUES, `write at most ${MAX_MAPPED_VALUES} values`)
    // Zod has no such bound, but whoever compares this schema with the CRD shall find it.
    .meta({ maxProperties: MAX_MAPPED_VALUES }),
  default: scalarSchema.optional(),
});

const mappingRuleSchema = z
  .strictObject({
    source: sourceSchema.optional(),
    sources: z.array(sourceSchema).min(1).max(10).optional(),
    constant: scalarSchema.optional(),
    target: targetSchema,
    required: z.boolean().default(false),
    type: z.enum(['String', 'Integer', 'Decimal', 'Boolean', 'DateTime', 'Reference', 'StringList']).optional(),
    transform: z.enum(['none', 'lower', 'upper', 'trim']).default('none'),
    valueMap: valueMapSchema.optional(),
  })
  .refine(
    ({ source, sources, constant }) => [source, sources, constant].filter((part) => part !== undefined).length === 1,
    'write exactly one of source, sources and constant',
  )
  .refine(
    ({ constant, required, transform, valueMap }) =>
      constant === undefined || (!required && transform === 'none' && valueMap === undefined),
    'a constant is the same for everybody; write it without required, transform and valueMap',
  );

const DEACTIVATIONS = 'write a number of people from 1 to 1000000, or a share of them from 1% to 100% such as 30%';

/** A number of people, or a share of those whom the tenant has. */
const maxDeactivationsSchema = z.union(
  [z.int(DEACTIVATIONS).min(1, DEACTIVATIONS).max(1_000_000, DEACTIVATIONS), z.string().regex(/^([1-9][0-9]?|100)%$/, DEACTIVATIONS)],
  DEACTIVATIONS,
);

const emailSchema = z
  .string()
  .max(254)
  .regex(/^[^@\s]+@[^@\s]+$/, 'write an e-mail address');

/** A Secret is named as Kubernetes allows, so that a name can't lead out of a directory of files either. */
const tokenSecretRefSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'write the name of a Secret in lower case, such as acme-scim-token'),
  key: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[-._a-zA-Z0-9]+$/, "write a key of the Secret, made of letters, digits, '-', '_' and '.', such as token")
    .default('token'),
});

const specFieldsSchema = z.strictObject({
  enabled: z.boolean().default(true),
  displayName: z.string().max(200).optional(),
  tokenSecretRef: tokenSecretRefSchema,
  tokenPolicy: z
    .strictObject({
      generate: z.boolean().default(false),
      overlap: duration().default('24h'),
      maxAge: duration({ min: '1h' }).optional(),
      rotateAfter: duration({ min: '1h' }).optional(),
    })
    .refine(({ rotateAfter, generate }) => rotateAfter === undefined || generate, {
      message: 'rotateAfter has the operator make new tokens; write generate: true beside it',
      path: ['rotateAfter'],
    })
    .refine(({ rotateAfter, overlap }) => rotateAfter === undefined || !isShorterOrEqual(rotateAfter, overlap), {
      message: 'write a duration longer than overlap',
      path: ['rotateAfter'],
    })
    .prefault({}),
  notificationEmails: z.array(emailSchema).max(20).default([]),
  preset: z.enum(['EntraDefault', 'OktaDefault', 'Minimal']).optional(),
  attributeMapping: z.array(mappingRuleSchema).max(200).default([]),
  newUserDefaults: z
    .array(z.strictObject({ target: targetSchema, value: scalarSchema }))
    .max(100)
    .default([]),
  matchExistingBy: z.array(targetSchema).max(10).default([]),
  users: z
    .strictObject({
      onDelete: z.enum(['Deactivate', 'Remove']).default('Deactivate'),
      retention: duration().default('720h'),
      maxDeactivations: maxDeactivationsSchema.default('30%'),
    })
    .prefault({}),
  groups: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
  failurePolicy: z
    .strictObject({
      window: duration({ min: '1m', max: '2h' }).default('40m'),
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

export const scimTenantSpecSchema = specFieldsSchema.refine(
  ({ preset, attributeMapping }) => preset !== undefined || attributeMapping.length > 0,
  {
    message: 'write the rules of attributeMapping, or a preset such as EntraDefault',
    path: ['attributeMapping'],
  },
);

export type ScimTenantSpec = z.infer<typeof scimTenantSpecSchema>;
export type FailurePolicy = ScimTenantSpec['failurePolicy'];
export type SpecMappingRule = ScimTenantSpec['attributeMapping'][number];
export type PresetName = NonNullable<ScimTenantSpec['preset']>;
