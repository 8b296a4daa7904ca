import type { TenantConfig } from '#common/tenant-config.ts';
import type { TenantName } from '#common/tenant-key.ts';
import type { BreakerStatus } from '../api/scim-tenant-status.ts';

export interface TenantEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** One mail that a trip owes to one contact of the tenant. */
export interface TripNotice {
  readonly tenant: TenantName;
  readonly uid: string;
  readonly displayName: string | null;
  readonly endpoint: string;
  readonly recipient: string;
  readonly trip: number;
  readonly openedAt: string;
  readonly reason: string;
  readonly cause: BreakerStatus['cause'];
  /** Set exactly for the cause DeactivationWave. */
  readonly wave: BreakerStatus['wave'];
  readonly failures: number;
  readonly requests: number;
  readonly classes: BreakerStatus['classes'];
  /** `failurePolicy.window` as it was written. */
  readonly window: string;
  /** False for `action: NotifyOnly`, where the tenant stays in service. */
  readonly switchedOff: boolean;
}

/** One write that a run decided on, carried out in the order of the plan. Events and the status follow from what came of them. */
export type Action =
  | { readonly kind: 'ApplyDerivedConfig'; readonly config: TenantConfig }
  /** The token itself is made when the action is carried out, so that no plan ever holds one. */
  | { readonly kind: 'CreateTokenSecret'; readonly name: string; readonly key: string }
  | { readonly kind: 'MirrorDisabled'; readonly disabled: boolean }
  | { readonly kind: 'Notify'; readonly notices: readonly TripNotice[] };

/** What came of a plan. */
export interface Applied {
  readonly done: readonly Action[];
  /** The first write that failed. What follows a failed config or Secret in the plan is left to the next run. */
  readonly failed: { readonly action: Action; readonly error: Error } | null;
}
