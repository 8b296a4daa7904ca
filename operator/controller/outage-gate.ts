import type { TenantKey } from '#common/tenant-key.ts';
import type { ClusterUnavailableError } from './cluster-unavailable-error.ts';
import type { KeyQueue } from './key-queue.ts';
import type { MonotonicClock } from './ports.ts';

/** A restart of the API server takes a few seconds; in a long outage four attempts a minute are enough to find its end soon. */
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 15_000;
/** So many tenants one after the other, and none that went well among them, are no matter of one tenant any more. */
const SUSPECTS = 3;
/** Of a tenant that fails alone: what it fails for may pass at any moment. */
const LONGEST_OWN_DELAY_MS = 30_000;

export interface OutageGateParts {
  readonly queue: KeyQueue;
  readonly monotonic: MonotonicClock;
  /** Calls back after the time, unless the signal aborts. */
  readonly after: (milliseconds: number, callback: () => void) => void;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly onAway: (error: ClusterUnavailableError) => void;
  /** @param outage how long it was, and how many runs have tried in vain */
  readonly onBack: (outage: { readonly milliseconds: number; readonly attempts: number }) => void;
}

interface Outage {
  readonly since: number;
  attempts: number;
  delay: number;
  /** A run that tries is allowed, or under way. */
  trying: boolean;
}

/**
 * Holds up all runs while the cluster is away, but for one that tries now and then: an outage costs a few requests a minute however many
 * tenants there are, and once a run has gone well all go on at once. A tenant that fails while others go well is not an outage.
 */
export class OutageGate {
  readonly #parts: OutageGateParts;
  /** Tenants that failed since a run went well last. */
  readonly #suspects = new Set<TenantKey>();
  /** Tenants whose last run failed, whoever's went well since: they are the last to be asked whether the cluster is back. */
  readonly #failing = new Set<TenantKey>();
  #outage: Outage | null = null;
  #term = 0;

  constructor(parts: OutageGateParts) {
    this.#parts = parts;
  }

  /** Tells a run that was under way when the outage was found from one that tries; a run asks at its beginning. */
  get term(): number {
    return this.#term;
  }

  /**
   * A run went well. One that was under way when the outage was found says nothing of now, and does not end it.
   * @param term as it was at the run's beginning
   */
  answered(key: TenantKey, term: number): void {
    this.#failing.delete(key);
    this.#suspects.clear();
    const outage = this.#outage;
    if (!outage?.trying || term !== this.#term) return;
    this.#outage = null;
    this.#term += 1;
    const { queue, monotonic, onBack } = this.#parts;
    onBack({ milliseconds: monotonic() - outage.since, attempts: outage.attempts });
    queue.resume();
  }

  /**
   * A run got no answer, and is put back into the queue.
   * @param term as it was at the run's beginning
   * @returns whether it is taken for the failure of this tenant alone
   */
  failed(key: TenantKey, error: ClusterUnavailableError, term: number): boolean {
    const { queue } = this.#parts;
    this.#suspects.add(key);
    this.#failing.add(key);
    const retryAfter = error.retryAfterMs ?? 0;
    if (this.#outage === null && !error.concernsAll && this.#suspects.size < SUSPECTS) {
      queue.addRateLimited(key, { atLeast: retryAfter, atMost: LONGEST_OWN_DELAY_MS });
      return true;
    }
    // No delay of its own: once the cluster is back, nobody waits.
    queue.add(key);
    if (this.#outage === null) this.#begin(error, retryAfter);
    else if (this.#outage.trying && term === this.#term) this.#goOn(this.#outage, retryAfter);
    return false;
  }

  /**
   * A run failed for a reason of its own, and is put back by whoever started it. Whether the cluster answers, the next that tries will tell:
   * a lease that is lost, say, comes with an outage.
   */
  failedOtherwise(key: TenantKey, term: number): void {
    if (this.#outage === null) return;
    this.#failing.add(key);
    if (this.#outage.trying && term === this.#term) this.#goOn(this.#outage, 0);
  }

  #begin(error: ClusterUnavailableError, retryAfter: number): void {
    const { queue, monotonic, onAway } = this.#parts;
    this.#outage = { since: monotonic(), attempts: 0, delay: FIRST_DELAY_MS, trying: false };
    queue.pause();
    onAway(error);
    this.#tryAfter(this.#outage, retryAfter);
  }

  #goOn(outage: Outage, retryAfter: number): void {
    outage.attempts += 1;
    outage.delay = Math.min(outage.delay * 2, LONGEST_DELAY_MS);
    outage.trying = false;
    this.#tryAfter(outage, retryAfter);
  }

  #tryAfter(outage: Outage, retryAfter: number): void {
    const { queue, after, random } = this.#parts;
    // A quarter by lot, so that the operators of many clusters behind one proxy don't come at the same time.
    const delay = Math.max(retryAfter, outage.delay * (1 - random() / 4));
    after(delay, () => {
      this.#term += 1;
      outage.trying = true;
      queue.letOnePass((key) => !this.#failing.has(key));
    });
  }
}
