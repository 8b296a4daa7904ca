/** Why a breaker opens. */
export type TripCause = 'Failures' | 'DeactivationWave';

/** More people at once than `users.maxDeactivations` lets go. */
export interface TrippingWave {
  /** Within the window, the first one beyond the limit included. */
  readonly deactivations: number;
  readonly limit: number;
  /** Whom the tenant had when the window began. */
  readonly people: number;
}
