import { waveSize } from '#common/wave-size.ts';
import type { FailurePolicy } from '../api/scim-tenant-spec.ts';
import type { BreakerStatus } from '../api/scim-tenant-status.ts';

type Trip = Pick<BreakerStatus, 'failures' | 'requests' | 'classes' | 'wave'>;

/**
 * One line that says what happened: `52 of 60 requests failed within 40m: 50 InvalidValue, 2 Uniqueness`, or
 * `31 of 100 people would be deactivated within 40m, more than users.maxDeactivations allows (30)`.
 */
export function tripReason(trip: Trip, { window, action }: Pick<FailurePolicy, 'window' | 'action'>): string {
  if (trip.wave) return waveReason(trip.wave, window, action === 'Disable' ? 'would be' : 'were');
  const classes = Object.entries(trip.classes)
    .sort(([left, a], [right, b]) => b - a || left.localeCompare(right))
    .map(([failureClass, count]) => `${count} ${failureClass}`);
  return `${trip.failures} of ${trip.requests} requests failed within ${window}${classes.length > 0 ? `: ${classes.join(', ')}` : ''}`;
}

function waveReason(wave: NonNullable<Trip['wave']>, window: string, verb: string): string {
  return `${waveSize(wave)} ${verb} deactivated within ${window}, more than users.maxDeactivations allows (${wave.limit})`;
}
