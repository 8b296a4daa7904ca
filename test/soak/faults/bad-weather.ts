import { setTimeout as sleep } from 'node:timers/promises';
import type { Installation } from '../installation.ts';
import type { Random } from '../random.ts';
import type { Fault, Season } from './fault.ts';
import { PROGRAM_FAULTS } from './program-faults.ts';
import { SERVER_FAULTS } from './server-faults.ts';

const FAULTS: readonly Fault[] = [...PROGRAM_FAULTS, ...SERVER_FAULTS];

/** Milliseconds between two faults. Now and then it is long enough for directories to look up who is in doubt (settle-doubts.ts). */
const REST = { least: 2_000, most: 14_000 };
/** How often a fault of something else comes at the same time, in a storm. */
const TWO_AT_ONCE = 0.25;

export interface BadWeatherParts {
  readonly installation: Installation;
  readonly random: Random;
  readonly season: () => Season;
  readonly say: (line: string) => void;
  /** Milliseconds, in place of REST. */
  readonly rest?: { readonly least: number; readonly most: number };
}

/** One fault after the other, until it is stopped. */
export class BadWeather {
  readonly counts = new Map<string, number>();
  readonly #parts: BadWeatherParts;
  #isUnderWay = false;
  #overAt = Date.now();

  constructor(parts: BadWeatherParts) {
    this.#parts = parts;
  }

  /** Milliseconds for which nothing has been wrong; 0 while something is. */
  quietMs(): number {
    return this.#isUnderWay ? 0 : Date.now() - this.#overAt;
  }

  /** Resolves when the signal has aborted and the last fault is over. */
  async run(signal: AbortSignal): Promise<void> {
    const { installation, random, season, say, rest = REST } = this.#parts;
    for (;;) {
      await sleep(random.int(rest.least, rest.most), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const now = season();
      const faults = this.#choose(now);
      for (const { name } of faults) {
        say(`fault: ${name}`);
        this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
      }
      this.#isUnderWay = true;
      try {
        await Promise.all(
          faults.map((fault) => fault.strike(installation, random.fork(`${fault.name} ${this.counts.get(fault.name)}`), now)),
        );
      } finally {
        this.#isUnderWay = false;
        this.#overAt = Date.now();
      }
    }
  }

  #choose(season: Season): readonly Fault[] {
    const { random } = this.#parts;
    const pick = (among: readonly Fault[]): Fault => random.weighted(among.map((value) => ({ weight: value.weight, value })));
    const possible = FAULTS.filter(({ seasons }) => seasons?.includes(season) ?? true);
    const first = pick(possible);
    if (season !== 'storm' || !random.chance(TWO_AT_ONCE)) return [first];
    return [first, pick(possible.filter(({ target }) => target !== first.target))];
  }
}
