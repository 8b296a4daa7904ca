import { RECENT_FAILURES, type RecentFailure } from '#common/pod-report.ts';

/** The last failures of one tenant in this pod, for whoever asks what went wrong lately. */
export class RecentFailures {
  #newestFirst: readonly RecentFailure[] = [];
  #changes = 0;

  /** Grows with each record. */
  get changes(): number {
    return this.#changes;
  }

  record(failure: RecentFailure): void {
    this.#changes += 1;
    this.#newestFirst = [failure, ...this.#newestFirst.slice(0, RECENT_FAILURES - 1)];
  }

  /** Newest first, at most RECENT_FAILURES. */
  list(): readonly RecentFailure[] {
    return this.#newestFirst;
  }
}
