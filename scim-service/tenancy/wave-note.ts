import type { DeactivationWave } from '#common/pod-report.ts';

/** The latest deactivation beyond the limit that one breaker epoch saw in this pod. It is replaced, never changed. */
export class WaveNote {
  #current: Readonly<DeactivationWave> | null = null;
  #changes = 0;

  /** Grows with each note. */
  get changes(): number {
    return this.#changes;
  }

  get current(): Readonly<DeactivationWave> | null {
    return this.#current;
  }

  set current(wave: Readonly<DeactivationWave> | null) {
    this.#current = wave;
    this.#changes += 1;
  }
}
