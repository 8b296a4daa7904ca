import type { TenantKey } from '#common/tenant-key.ts';
import type { PodObservation } from '../reconcile/observed.ts';

/** Measures how long a config takes from being written to being served by every pod. */
export class ConfigPropagation {
  readonly #pending = new Map<TenantKey, { readonly revision: string; readonly writtenAt: number }>();

  /** @param now milliseconds on a monotonic clock, as below */
  written(key: TenantKey, revision: string, now: number): void {
    this.#pending.set(key, { revision, writtenAt: now });
  }

  forget(key: TenantKey): void {
    this.#pending.delete(key);
  }

  /** @returns seconds of each config that every pod serves by now, each told once */
  finished(observation: (key: TenantKey) => PodObservation | null, now: number): readonly number[] {
    const seconds: number[] = [];
    for (const [key, { revision, writtenAt }] of this.#pending) {
      const pods = observation(key);
      if (!pods || pods.expected === 0) continue;
      if (pods.revisions.filter((served) => served === revision).length < pods.expected) continue;
      seconds.push((now - writtenAt) / 1_000);
      this.#pending.delete(key);
    }
    return seconds;
  }
}
