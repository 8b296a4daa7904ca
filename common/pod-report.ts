import { z } from 'zod';

/**
 * What a pod of the SCIM service answers on `GET /internal/v1/report`: which configuration it serves for each
 * tenant and what came of the requests of the last two hours. The operator sums the pods and decides.
 */

/** Width of one bucket. Six a minute keep a 40-minute window at 240 numbers and its edge sharp to 10 s. */
export const OUTCOME_BUCKET_SECONDS = 10;

/** Longest `failurePolicy.window` that the CRD accepts, and so how far back a pod remembers. */
export const OUTCOME_MEMORY_SECONDS = 2 * 60 * 60;

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
const failureClassSchema = z.enum([...CLIENT_FAILURE_CLASSES, ...SERVER_FAILURE_CLASSES]);

const outcomeBucketSchema = z.object({
  /** Start of the bucket in seconds since 1970, a multiple of OUTCOME_BUCKET_SECONDS. */
  start: z.int(),
  /** Requests that were answered, failures included. */
  requests: z.int().nonnegative(),
  failures: z.partialRecord(failureClassSchema, z.int().positive()),
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
});

export type OutcomeBucket = z.infer<typeof outcomeBucketSchema>;
export type TenantReport = z.infer<typeof tenantReportSchema>;
export type PodReport = z.infer<typeof podReportSchema>;
