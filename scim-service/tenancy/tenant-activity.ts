import type { Outcome } from './outcome-window.ts';

/** When a tenant was last seen, whatever its config or breaker epoch. Times are milliseconds since 1970. */
export class TenantActivity {
  lastRequestAt: number | null = null;
  lastSuccessAt: number | null = null;
  /** When the number of people may last have changed. */
  lastWriteAt: number | null = null;
  #requestsInFlight = 0;
  #changes = 0;
  #changesInFlight = 0;

  /** Grows with each record. */
  get changes(): number {
    return this.#changes;
  }

  /** Grows with each request that begins or ends. */
  get changesInFlight(): number {
    return this.#changesInFlight;
  }

  /** Requests that were let in and are not answered yet. Who was let in under an earlier config counts too. */
  get requestsInFlight(): number {
    return this.#requestsInFlight;
  }

  /** @returns ends it */
  requestBegins(): Disposable {
    this.#inFlight(1);
    return { [Symbol.dispose]: () => this.#inFlight(-1) };
  }

  record(outcome: Outcome, options: { readonly write: boolean; readonly now: number }): void {
    this.#changes += 1;
    this.lastRequestAt = options.now;
    if (outcome !== 'Success') return;
    this.lastSuccessAt = options.now;
    if (options.write) this.lastWriteAt = options.now;
  }

  #inFlight(more: 1 | -1): void {
    this.#requestsInFlight += more;
    this.#changesInFlight += 1;
  }
}
