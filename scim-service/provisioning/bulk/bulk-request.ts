/** One operation of a bulk request, as the client sent it (RFC 7644 section 3.7). */
export interface BulkOperation {
  /** Name for messages: `Operations[3]`. */
  readonly place: string;
  /** In upper case; whether it is one of those that bulk knows is looked at when the operation's turn comes. */
  readonly method: string;
  readonly path: string;
  /** The client's name for what a POST creates; null when there is none. */
  readonly bulkId: string | null;
  /** Stands for the `If-Match` of a single request. */
  readonly version: string | null;
  /** Body of the single request; undefined when there is none. */
  readonly data: unknown;
}

export interface BulkRequest {
  /** After so many errors the rest is left alone; null: never. */
  readonly failOnErrors: number | null;
  readonly operations: readonly BulkOperation[];
}
