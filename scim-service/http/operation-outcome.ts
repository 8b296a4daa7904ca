import type { Outcome } from '../tenancy/outcome-window.ts';

/** What became of one operation: a whole request, or one of those in a bulk request. */
export interface OperationOutcome {
  /** Null where it does not count. */
  readonly outcome: Outcome | null;
  /** Null when all went well. */
  readonly failed: FailedOperation | null;
}

/** An operation that failed, by what of it may be told. */
export interface FailedOperation {
  /** `PATCH User`, `POST User search`, `GET Schemas`. */
  readonly operation: string;
  /** Id of the resource, or else the directory's own id for what was to be created; null where none may be told. */
  readonly subject: string | null;
  readonly error: unknown;
}
