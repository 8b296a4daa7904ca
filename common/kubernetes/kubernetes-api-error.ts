import { z } from 'zod';

/** metav1.Status, the body of every error that the API server answers. */
const statusSchema = z.object({
  message: z.string().optional(),
  reason: z.string().optional(),
  details: z.object({ retryAfterSeconds: z.number().optional() }).optional(),
  code: z.int().optional(),
});

/**
 * The API server answered with an error.
 * `reason` is one of metav1.StatusReason (`NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Expired`, …), empty when the
 * answer came from something else in the way.
 */
export class KubernetesApiError extends Error {
  readonly code = 'kubernetes_api';
  /** HTTP status, or the code of an ERROR event of a watch. */
  readonly status: number;
  readonly reason: string;
  /** When the server wants to be asked again, 60 s at the most; null when it did not say. */
  readonly retryAfterSeconds: number | null;

  constructor(answer: { status: number; reason: string; message: string; retryAfterSeconds: number | null }) {
    super(answer.message);
    this.name = 'KubernetesApiError';
    this.status = answer.status;
    this.reason = answer.reason;
    this.retryAfterSeconds = answer.retryAfterSeconds;
  }
}

/** The API server could not be reached, or the connection broke before the answer was whole. */
export class KubernetesUnreachableError extends Error {
  readonly code = 'kubernetes_unreachable';
  /** The connection was there, perhaps, and no answer came in time. */
  readonly timedOut: boolean;

  constructor(request: string, cause: unknown, timedOut = false) {
    super(`${request}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'KubernetesUnreachableError';
    this.timedOut = timedOut;
  }
}

/** The write was not sent, since whoever asked for it may no longer write; the cause says why. */
export class WriteRefusedError extends Error {
  readonly code = 'kubernetes_write_refused';
  constructor(request: string, cause: unknown) {
    super(`${request} was not sent: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'WriteRefusedError';
  }
}

/** Longer than a server has reason to ask for. Something in the way that asks for a day must not make us deaf for a day. */
const LONGEST_RETRY_AFTER_SECONDS = 60;
/** Milliseconds. A watch and the wait for the lease are not put off for longer, whatever the server asks for: each is one small request. */
export const LONGEST_PATIENCE_MS = 15_000;

/**
 * @param request what was asked, for the message
 * @param body the answer's JSON, or whatever text came instead
 */
export function kubernetesApiError(request: string, status: number, body: unknown, retryAfter: string | undefined): KubernetesApiError {
  const parsed = statusSchema.safeParse(body);
  const told = parsed.success ? parsed.data : {};
  const header = retryAfter !== undefined && /^[0-9]{1,6}$/.test(retryAfter) ? Number(retryAfter) : null;
  const wanted = told.details?.retryAfterSeconds ?? header;
  return new KubernetesApiError({
    status,
    reason: told.reason ?? '',
    message: `${request}: ${status} ${told.message ?? (typeof body === 'string' ? body : JSON.stringify(body)).slice(0, 300)}`,
    retryAfterSeconds: wanted === null ? null : Math.min(wanted, LONGEST_RETRY_AFTER_SECONDS),
  });
}

/** Milliseconds that the server wants to be left alone after this error, `longestMs` at the most; 0 where it did not say. */
export function retryAfterMs(error: unknown, longestMs: number): number {
  return error instanceof KubernetesApiError ? Math.min(longestMs, (error.retryAfterSeconds ?? 0) * 1_000) : 0;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 404;
}

export function isForbidden(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 403;
}

/** A name that is taken, a version that is no longer the newest, or another uid under the name. */
export function isConflict(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 409;
}

/** The resource version or the continue token is older than the server remembers (`Expired`, formerly `Gone`). */
export function isExpired(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 410;
}
