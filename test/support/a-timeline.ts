import { setImmediate } from 'node:timers/promises';

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** What others may do in one instant before time goes on: a batch of work on a store in memory takes fewer turns. */
const TURNS_OF_AN_INSTANT = 200;

/** Time that goes on only when told, and sleep that knows it. */
export class Timeline {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();
  /** How long each sleep was asked to be, in milliseconds. */
  readonly slept: number[] = [];

  constructor(start: string) {
    this.#now = Date.parse(start);
  }

  /** Milliseconds since 1970. */
  readonly now = (): number => this.#now;

  /** Ends after that time, or when the signal aborts. */
  readonly sleep = (milliseconds: number, signal: AbortSignal): Promise<void> => {
    this.slept.push(milliseconds);
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = { due: this.#now + milliseconds, wake: () => (this.#sleepers.delete(sleeper), resolve()) };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', sleeper.wake, { once: true });
    });
  };

  /** Lets time pass, and everybody do in each instant what they would. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      for (let turn = 0; turn < TURNS_OF_AN_INSTANT; turn++) await setImmediate();
      const next = [...this.#sleepers].reduce<Sleeper | null>((first, each) => (first && first.due <= each.due ? first : each), null);
      if (next === null || next.due > end) break;
      this.#now = Math.max(this.#now, next.due);
      next.wake();
    }
    this.#now = end;
  }

  /** Moves the clock alone, as something that takes long does. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}
