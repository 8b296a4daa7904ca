import type { FailureReason } from '#common/failure-reasons.ts';

/** `scimType` values of RFC 7644 table 9 and, for pages, RFC 9865 table 3. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount';

export interface ScimErrorOptions extends ErrorOptions {
  readonly summary?: string | null;
  readonly reason?: FailureReason | null;
}

/**
 * A request that can't be done, in the words that the client gets (RFC 7644 section 3.12). `detail` says what, where,
 * for which value (cut) and what would be accepted; it never holds a token or a whole person.
 */
export class ScimError extends Error {
  readonly status: number;
  readonly scimType: ScimType | null;
  /** The detail without any value, fit for a status, a log and a mail; null when nobody wrote one. */
  readonly summary: string | null;
  /** Null for the usual reason of its `scimType`. */
  readonly reason: FailureReason | null;
  constructor(status: number, scimType: ScimType | null, detail: string, options: ScimErrorOptions = {}) {
    super(detail, options);
    this.name = 'ScimError';
    this.status = status;
    this.scimType = scimType;
    this.summary = options.summary ?? null;
    this.reason = options.reason ?? null;
  }

  static invalidValue(detail: string, options?: ScimErrorOptions): ScimError {
    return new ScimError(400, 'invalidValue', detail, options);
  }

  static invalidSyntax(detail: string, options?: ScimErrorOptions): ScimError {
    return new ScimError(400, 'invalidSyntax', detail, options);
  }

  static notFound(what: string): ScimError {
    return new ScimError(404, null, `${what} does not exist in this tenant`);
  }
}
