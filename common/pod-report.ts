import { z } from 'zod';

/**
 * What a pod of the SCIM service answers on `GET /internal/v1/report`: which configuration it serves for each
 * tenant and what came of the requests of the last two hours. The operator sums the pods and decides.
 *
 * `?since=<cursor>` of the answer before asks for what has changed alone. A cursor that the pod doesn't know (another
 * start's, one of too long ago), none, and a pod of before this way of asking give the whole.
 */

/** Width of one bucket. Six a minute keep a 40-minute window at 240 numbers and its edge sharp to 10 s. */
export const OUTCOME_BUCKET_SECONDS = 10;

/** Longest `failurePolicy.window` that the CRD accepts, and so how far back a pod remembers. */
export const OUTCOME_MEMORY_SECONDS = 2 * 60 * 60;

/**
 * Start of the oldest bucket that a pod remembers, in seconds since 1970. There is one more than fits into the memory,
 * because the newest has only begun.
 * @param now by the pod's clock, milliseconds since 1970
 */
export function oldestBucketStart(now: number): number {
  return (Math.floor(now / 1_000 / OUTCOME_BUCKET_SECONDS) - OUTCOME_MEMORY_SECONDS / OUTCOME_BUCKET_SECONDS) * OUTCOME_BUCKET_SECONDS;
}

/**
 * Why a request of an authenticated, enabled tenant failed. Client classes are 400 and 409 caused by data or
 * mapping and count only when `failurePolicy.countClientErrors` is set; 401, 404, 412, 429 are never failures.
 */
export const CLIENT_FAILURE_CLASSES = [
  'InvalidValue',
  'InvalidSyntax',
  'InvalidPath',
  'InvalidFilter',
  'Uniqueness',
  'OtherClientError',
] as const;
export const SERVER_FAILURE_CLASSES = ['StoreUnavailable', 'InternalError'] as const;
export type FailureClass = (typeof CLIENT_FAILURE_CLASSES)[number] | (typeof SERVER_FAILURE_CLASSES)[number];
const FAILURE_CLASSES: readonly string[] = [...CLIENT_FAILURE_CLASSES, ...SERVER_FAILURE_CLASSES];

/** A class that only a newer pod knows counts as OtherClientError, so that its report counts at all. */
const failureCountsSchema = z.record(z.string(), z.int().positive()).transform((counts) => {
  const known: Partial<Record<FailureClass, number>> = {};
  for (const [name, count] of Object.entries(counts)) {
    const failureClass = isFailureClass(name) ? name : 'OtherClientError';
    known[failureClass] = (known[failureClass] ?? 0) + count;
  }
  return known;
});

export function isFailureClass(name: string): name is FailureClass {
  return FAILURE_CLASSES.includes(name);
}

const outcomeBucketSchema = z.object({
  /** Start of the bucket in seconds since 1970, a multiple of OUTCOME_BUCKET_SECONDS. */
  start: z.int(),
  /** Requests that were answered, failures included. */
  requests: z.int().nonnegative(),
  failures: failureCountsSchema,
});

/** The most failures that a pod tells of, newest first. */
export const RECENT_FAILURES = 10;

const recentFailureSchema = z.object({
  time: z.iso.datetime(),
  /** Method and resource type, such as `PATCH User`. */
  operation: z.string(),
  /** The person's or group's id, or else the externalId that the directory sent; null when neither is known or fit to be told. */
  subject: z.string().nullable(),
  /** A FailureReason (common/failure-reasons.ts); of a newer pod perhaps one that isn't known here. */
  reason: z.string(),
  /** One line that names attributes and targets and never a value. */
  message: z.string(),
});

const reprojectionSchema = z.object({
  /** projectionRevision that people are brought to. */
  projection: z.string(),
  startedAt: z.iso.datetime(),
  /** Null while it goes on. */
  finishedAt: z.iso.datetime().nullable(),
  /** People of another projection when it started, and how many of them are done. */
  total: z.int().nonnegative(),
  done: z.int().nonnegative(),
  /** People of whom the new mapping could not make all: something required is missing, or a value does not fit. */
  incomplete: z.int().nonnegative(),
});

const deactivationWaveSchema = z.object({
  /** When the last deactivation beyond the limit was asked for. */
  at: z.iso.datetime(),
  /** Within the window, the one that was asked for included. */
  deactivations: z.int().positive(),
  limit: z.int().nonnegative(),
  /** Whom the tenant had when the window began. */
  people: z.int().nonnegative(),
});

const deletionSchema = z.object({
  /** Of the state `Deleting` that this pod serves. */
  id: z.string(),
  /** Requests that were let in before and still run. */
  requestsInFlight: z.int().nonnegative(),
  /** As the store has it, whichever pods did it; null while this pod has not looked. */
  progress: z
    .object({
      startedAt: z.iso.datetime(),
      /** People, groups and memberships when it began, and how many of them are removed. */
      total: z.int().nonnegative(),
      removed: z.int().nonnegative(),
      /** When nothing was left and nothing could come any more. */
      finishedAt: z.iso.datetime().nullable(),
    })
    .nullable(),
});

const refusedConfigSchema = z.object({
  /** Of the text; see renderedRevision. */
  revision: z.string(),
  /** What this pod does not know or can't read of it, without any value. */
  reason: z.string(),
});

const tenantReportSchema = z.object({
  generation: z.int(),
  revision: z.string(),
  /** The `breakerEpoch` that every bucket below belongs to. */
  epoch: z.int(),
  lastRequestTime: z.iso.datetime().nullable(),
  lastSuccessTime: z.iso.datetime().nullable(),
  /** People who are visible through SCIM; null while this pod has not counted them. */
  users: z.int().nullable(),
  buckets: z.array(outcomeBucketSchema),
  // Older pods don't send what follows.
  /** When `users` were counted, by this pod's clock; of several pods the last count is the right one. */
  usersTime: z.iso.datetime().nullable().default(null),
  /** Of this epoch; null while there is none. */
  deactivationWave: deactivationWaveSchema.nullable().default(null),
  /** The last that this pod took part in, or else one of nobody, once it has found that nobody is left; null before. */
  reprojection: reprojectionSchema.nullable().default(null),
  recentFailures: z.array(recentFailureSchema).default([]),
  /** Paths that were sent to this pod under the mapping that it serves, and that this mapping does not take. */
  ignoredAttributes: z.array(z.string()).default([]),
  /** Set exactly while the tenant is served as one that is being deleted. */
  deletion: deletionSchema.nullable().default(null),
  /**
   * The newest config, when this pod can't serve it: then what stands above is of the last good one, or, with an empty
   * `revision`, of none.
   */
  refused: refusedConfigSchema.nullable().default(null),
});

export const podReportSchema = z.object({
  version: z.literal(1),
  /** New for each start of the process, so that a restart is told from a counter that went back. */
  bootId: z.string().min(1),
  pod: z.string().min(1),
  time: z.iso.datetime(),
  /** False until the pod has seen all configs once. */
  synced: z.boolean(),
  /** Keyed by `<namespace>/<name>`. */
  tenants: z.record(z.string(), tenantReportSchema),
  // Older pods don't send what follows.
  /** Asks for what has changed since this answer; null of a pod that always tells the whole. Opaque to who asks. */
  cursor: z.string().nullable().default(null),
  /**
   * Whether `tenants` are those alone that have changed since the cursor that was asked with. Buckets that are older than a pod
   * remembers are no change: whoever keeps a report drops them, by the pod's `time` and `oldestBucketStart`.
   */
  partial: z.boolean().default(false),
  /** Tenants that this pod has ceased to serve since then; empty in a whole answer. */
  gone: z.array(z.string()).default([]),
});

export type OutcomeBucket = z.infer<typeof outcomeBucketSchema>;
export type TenantReport = z.infer<typeof tenantReportSchema>;
export type RecentFailure = z.infer<typeof recentFailureSchema>;
export type Reprojection = z.infer<typeof reprojectionSchema>;
export type PodDeletion = z.infer<typeof deletionSchema>;
export type RefusedConfig = z.infer<typeof refusedConfigSchema>;
export type DeactivationWave = z.infer<typeof deactivationWaveSchema>;
export type PodReport = z.infer<typeof podReportSchema>;
