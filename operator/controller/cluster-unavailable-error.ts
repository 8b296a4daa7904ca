/**
 * The cluster did not do what it was asked for, though what was asked is well: it can't be reached, is overloaded or fails,
 * or does not take our credentials at the moment. It passes without anybody changing the tenant.
 */
export class ClusterUnavailableError extends Error {
  readonly code = 'cluster_unavailable';
  /** When the cluster wants to be asked again; null when it did not say. */
  readonly retryAfterMs: number | null;
  /** Whoever asks gets no answer. False where it may be the matter of one object alone, such as a webhook that fails for it. */
  readonly concernsAll: boolean;

  constructor(cause: Error, { retryAfterMs, concernsAll }: { readonly retryAfterMs: number | null; readonly concernsAll: boolean }) {
    super(cause.message, { cause });
    this.name = 'ClusterUnavailableError';
    this.retryAfterMs = retryAfterMs;
    this.concernsAll = concernsAll;
  }
}
