import type { DeactivationWave } from '#common/pod-report.ts';
import type { WindowBounds } from './window-totals.ts';

/** Deactivations beyond the limit that one pod saw for one tenant, in one breaker epoch. */
export interface EpochWave {
  readonly epoch: number;
  readonly wave: DeactivationWave;
}

/** The wave that a pod saw last; null when none was seen in this epoch and within the window. */
export function currentWave(waves: readonly EpochWave[], window: WindowBounds): DeactivationWave | null {
  const current = waves
    .filter(({ epoch, wave }) => epoch === window.epoch && Date.parse(wave.at) > window.now - window.milliseconds)
    .map(({ wave }) => wave);
  return current.reduce<DeactivationWave | null>(
    (latest, wave) => (latest === null || Date.parse(wave.at) > Date.parse(latest.at) ? wave : latest),
    null,
  );
}
