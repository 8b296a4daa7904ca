import type { Outcome } from './outcome-window.ts';

/** When a tenant was last seen, whatever its config or breaker epoch. Times are milliseconds since 1970. */
export class TenantActivity {
  lastRequestAt: number | null = null;
  lastSuccessAt: number | null = null;
  /** When the number of people may last have changed. */
  lastWriteAt: number | null = null;
  #requestsInFlight = 0;

  /** Requests that were let in and are not answered yet. Who was let in under an earlier config counts too. */
  get requestsInFlight(): number {
    return this.#requestsInFlight;
  }

  /** @returns ends it */
  requestBegins(): Disposable {
    this.#requestsInFlight += 1;
    return { [Symbol.dispose]: () => void (this.#requestsInFlight -= 1) };
  }

  record(outcome: Outcome, options: { readonly write: boolean; readonly now: number }): void {
    this.lastRequestAt = options.now;
    if (outcome !== 'Success') return;
    this.lastSuccessAt = options.now;
    if (options.write) this.lastWriteAt = options.now;
  }
}
