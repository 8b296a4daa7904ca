import { setTimeout as sleep } from 'node:timers/promises';

/**
 * With five tenants that fail within a minute it is the platform that fails, and nobody is switched off. A tenant counts
 * from its first failure until its window after the trip is over.
 */
const MOST = 3;
const AFTERMATH_MS = 80_000;

/** Lets few tenants trip at once. */
export class TripSlots {
  #taken = 0;

  /** @returns false when there is no slot now */
  take(): boolean {
    if (this.#taken >= MOST) return false;
    this.#taken += 1;
    return true;
  }

  /** To be called when the trip was seen, or given up. */
  giveBack(): void {
    void sleep(AFTERMATH_MS, undefined, { ref: false }).then(() => {
      this.#taken -= 1;
    });
  }
}
