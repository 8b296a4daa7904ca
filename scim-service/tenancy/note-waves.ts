import type { Logger } from '#common/logger.ts';
import type { TenantName } from '#common/tenant-key.ts';
import type { Wave } from '../domain/deactivation-wave.ts';
import type { TenantModel } from '../domain/tenant-model.ts';
import type { TenantDirectory } from './tenant-directory.ts';

export interface WaveParts {
  readonly directory: TenantDirectory;
  readonly metrics: { deactivationWave(tenant: TenantName): void };
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/**
 * Makes the event "more people than the limit were to be deactivated": noted each time for the pod's report, and counted and
 * logged once for each wave, however many requests it has. An epoch has one wave, or one a window where nobody switches off.
 */
export function noteWaves({ directory, metrics, logger, clock }: WaveParts): (model: TenantModel, wave: Wave) => void {
  return (model, wave) => {
    const tenant = directory.find(model.key);
    // A request that began before the breaker was closed says nothing about the time after.
    if (tenant === null || tenant.config.breakerEpoch !== model.config.breakerEpoch) return;
    const now = clock();
    const { waves } = tenant;
    const windowMilliseconds = (model.config.deactivationGuard?.windowSeconds ?? 0) * 1_000;
    const goesOn = waves.current !== null && now - Date.parse(waves.current.at) < windowMilliseconds;
    waves.current = { at: new Date(now).toISOString(), ...wave };
    if (goesOn) return;
    metrics.deactivationWave(model.config);
    logger.warn({ tenant: model.key, ...wave }, 'more people than the limit allows were to be deactivated');
  };
}
