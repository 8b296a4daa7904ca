import { setTimeout as sleep } from 'node:timers/promises';
import type { Installation } from '../installation.ts';
import type { Random } from '../random.ts';
import type { Fault, Season } from './fault.ts';
import { PROGRAM_FAULTS } from './program-faults.ts';
import { SERVER_FAULTS } from './server-faults.ts';

export const FAULTS: readonly Fault[] = [...PROGRAM_FAULTS, ...SERVER_FAULTS];

/** Milliseconds between two faults: time for what was interrupted to be finished, now and then. */
const REST = { least: 2_000, most: 9_000 };

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
      const fault = random.weighted(
        FAULTS.filter(({ seasons }) => seasons.includes(now)).map((value) => ({ weight: value.weight, value })),
      );
      say(`fault: ${fault.name}`);
      this.counts.set(fault.name, (this.counts.get(fault.name) ?? 0) + 1);
      this.#isUnderWay = true;
      try {
        await fault.strike(installation, random, now);
      } finally {
        this.#isUnderWay = false;
        this.#overAt = Date.now();
      }
    }
  }
}
