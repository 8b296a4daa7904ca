export interface RateLimit {
  readonly requestsPerSecond: number;
  /** How many requests may come at one instant after a pause. */
  readonly burst: number;
}

/** Token bucket of one tenant in one pod; full at the start. Times are milliseconds since 1970. */
export class RateLimiter {
  #limit: RateLimit;
  #tokens: number;
  #filledAt: number;

  constructor(limit: RateLimit, now: number) {
    this.#limit = limit;
    this.#tokens = limit.burst;
    this.#filledAt = now;
  }

  /** Takes a new limit; what was used up stays used up, so a change of the config gives nobody a second burst. */
  configure(limit: RateLimit, now: number): void {
    this.#fill(now);
    this.#limit = limit;
    this.#tokens = Math.min(this.#tokens, limit.burst);
  }

  /** @returns 0 when the request may go on, else the whole seconds after which the next one may (for Retry-After) */
  take(now: number): number {
    this.#fill(now);
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.max(1, Math.ceil((1 - this.#tokens) / this.#limit.requestsPerSecond));
  }

  #fill(now: number): void {
    const elapsed = now - this.#filledAt;
    this.#filledAt = now;
    // A clock that was put back gives nothing.
    if (elapsed <= 0) return;
    // A burst below 1 would never hold the one token that a request takes.
    const capacity = Math.max(1, this.#limit.burst);
    this.#tokens = Math.min(capacity, this.#tokens + (elapsed / 1_000) * this.#limit.requestsPerSecond);
  }
}
