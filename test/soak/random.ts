import { createHash } from 'node:crypto';

/** Numbers by chance that a seed repeats. Each actor has a fork of its own, so that how long one of them waits changes nothing for the others. */
export class Random {
  readonly #path: string;
  #state: number;

  constructor(path: string) {
    this.#path = path;
    this.#state = createHash('sha256').update(path).digest().readUInt32LE(0);
  }

  fork(name: string): Random {
    return new Random(`${this.#path}/${name}`);
  }

  /** From 0 to below 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** From `least` to `most`, both included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  /** @throws Error when there is nothing to choose from */
  pick<T>(list: readonly T[]): T {
    const chosen = list[this.int(0, list.length - 1)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  }

  /** Each in proportion to its weight. */
  weighted<T>(entries: readonly { readonly weight: number; readonly value: T }[]): T {
    let left = this.next() * entries.reduce((sum, { weight }) => sum + weight, 0);
    for (const { weight, value } of entries) {
      left -= weight;
      if (left < 0) return value;
    }
    return this.pick(entries).value;
  }
}
