import type { DeactivationWave } from '#common/pod-report.ts';

/** The latest deactivation beyond the limit that one breaker epoch saw in this pod. */
export class WaveNote {
  current: DeactivationWave | null = null;
}
