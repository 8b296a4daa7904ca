import {
  oldestBucketStart,
  OUTCOME_BUCKET_SECONDS,
  OUTCOME_MEMORY_SECONDS,
  type FailureClass,
  type OutcomeBucket,
} from '#common/pod-report.ts';

/**
 * What came of one answered request. `Refused` is an answer that is neither a success nor a failure of the
 * synchronisation: 404, 412, 405 and the like. It counts as a request alone.
 */
export type Outcome = 'Success' | 'Refused' | FailureClass;

const BUCKET_MILLISECONDS = OUTCOME_BUCKET_SECONDS * 1_000;

/** One more than fits into the memory, because the newest bucket has only begun. */
const RING_SIZE = OUTCOME_MEMORY_SECONDS / OUTCOME_BUCKET_SECONDS + 1;

/**
 * Outcomes of one tenant and one breaker epoch, in buckets of OUTCOME_BUCKET_SECONDS. Takes no memory before the first
 * record and about 3 KB then, for any traffic. A closed breaker starts a new window; requests that began
 * before record into the old one, which nobody reads.
 */
export class OutcomeWindow {
  /** Number of the newest bucket, counted from 1970. */
  #newest = 0;
  #requests: Uint32Array | null = null;
  readonly #failures = new Map<FailureClass, Uint32Array>();
  #changes = 0;

  /** Grows with each record. What only time takes away is no change. */
  get changes(): number {
    return this.#changes;
  }

  /** @param now milliseconds since 1970 */
  record(outcome: Outcome, now: number): void {
    this.#changes += 1;
    const bucket = Math.floor(now / BUCKET_MILLISECONDS);
    this.#requests ??= new Uint32Array(RING_SIZE);
    this.#advance(bucket, this.#requests);
    const slot = bucket % RING_SIZE;
    increment(this.#requests, slot);
    if (outcome === 'Success' || outcome === 'Refused') return;
    let counts = this.#failures.get(outcome);
    if (counts === undefined) {
      counts = new Uint32Array(RING_SIZE);
      this.#failures.set(outcome, counts);
    }
    increment(counts, slot);
  }

  /**
   * Buckets with requests, oldest first, of the last OUTCOME_MEMORY_SECONDS. Those that a clock that was put back has made future
   * ones are among them, so that nothing comes and goes with it.
   * @param now milliseconds since 1970
   */
  buckets(now: number): OutcomeBucket[] {
    const current = Math.floor(now / BUCKET_MILLISECONDS);
    if (this.#requests !== null && isFarBehind(current, this.#newest)) this.#forget();
    const requests = this.#requests;
    if (requests === null) return [];
    const buckets: OutcomeBucket[] = [];
    const oldest = oldestBucketStart(Math.max(now, this.#newest * BUCKET_MILLISECONDS)) / OUTCOME_BUCKET_SECONDS;
    for (let bucket = oldest; bucket <= this.#newest; bucket++) {
      const slot = bucket % RING_SIZE;
      const count = requests[slot] ?? 0;
      if (count === 0) continue;
      buckets.push({ start: bucket * OUTCOME_BUCKET_SECONDS, requests: count, failures: this.#failuresAt(slot) });
    }
    return buckets;
  }

  #failuresAt(slot: number): OutcomeBucket['failures'] {
    const failures: OutcomeBucket['failures'] = {};
    for (const [failureClass, counts] of this.#failures) {
      const count = counts[slot] ?? 0;
      if (count > 0) failures[failureClass] = count;
    }
    return failures;
  }

  /** After a clock that was put back far, or nothing would ever be old. */
  #forget(): void {
    this.#requests = null;
    this.#failures.clear();
    this.#changes += 1;
  }

  /** Makes room for `bucket`: what lies between it and the newest one held older counts. */
  #advance(bucket: number, requests: Uint32Array): void {
    if (bucket === this.#newest) return;
    const distance = bucket - this.#newest;
    // A clock that was put back a little still finds its bucket; one that was put back far starts over.
    if (distance < 0 && !isFarBehind(bucket, this.#newest)) return;
    if (Math.abs(distance) >= RING_SIZE) {
      requests.fill(0);
      for (const counts of this.#failures.values()) counts.fill(0);
    } else {
      for (let passed = this.#newest + 1; passed <= bucket; passed++) {
        const slot = passed % RING_SIZE;
        requests[slot] = 0;
        for (const counts of this.#failures.values()) counts[slot] = 0;
      }
    }
    this.#newest = bucket;
  }
}

function isFarBehind(bucket: number, newest: number): boolean {
  return newest - bucket >= RING_SIZE;
}

function increment(counts: Uint32Array, slot: number): void {
  counts[slot] = (counts[slot] ?? 0) + 1;
}
