import type { Clock, MonotonicClock } from './ports.ts';

/** A clock that is drawn to the right time bit by bit moves far less between two looks. */
const TOLERANCE_MS = 5_000;

/** Notices that somebody set the wall clock, or that the machine slept: timers know nothing of it, and what they wait for may be due. */
export class ClockJumps {
  readonly #clock: Clock;
  readonly #monotonic: MonotonicClock;
  #offset: number;

  constructor(clock: Clock, monotonic: MonotonicClock) {
    this.#clock = clock;
    this.#monotonic = monotonic;
    this.#offset = clock() - monotonic();
  }

  /** @returns milliseconds by which the wall clock has jumped since the last look, negative when back; null when it has not */
  look(): number | null {
    const before = this.#offset;
    this.#offset = this.#clock() - this.#monotonic();
    const jump = this.#offset - before;
    return Math.abs(jump) > TOLERANCE_MS ? jump : null;
  }
}
