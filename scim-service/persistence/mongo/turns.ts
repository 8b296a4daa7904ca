import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Lets the writers of one thing go one after the other within this process. It is no lock, as other processes write too
 * and transactions see to what is right; it spares those of this process the conflicts with each other, of which with 50
 * writers there would be hundreds.
 */
export class Turns {
  readonly #longestWaitMs: number;
  /** The last in each line; resolves when that one is done. */
  readonly #last = new Map<string, Promise<unknown>>();

  /** @param longestWaitMs after which a writer goes without its turn, since those before it seem to be stuck */
  constructor(longestWaitMs: number) {
    this.#longestWaitMs = longestWaitMs;
  }

  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const { promise: done, resolve: leave } = Promise.withResolvers<void>();
    // Who went without a turn doesn't let the next one past those who wait still.
    const last = Promise.all([before, done]);
    this.#last.set(key, last);
    try {
      if (before) await this.#wait(before);
      return await work();
    } finally {
      leave();
      if (this.#last.get(key) === last) this.#last.delete(key);
    }
  }

  async #wait(before: Promise<unknown>): Promise<void> {
    const timer = new AbortController();
    await Promise.race([before, sleep(this.#longestWaitMs, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
  }
}
