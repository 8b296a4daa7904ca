import type { FailureClass } from '#common/pod-report.ts';
import type { NotificationsStatus } from './notifications-status.ts';
import type { TripCause, TrippingWave } from './trip.ts';

/** `status` of a ScimTenant. Written by the operator alone, in one place, at the end of a run. */

export type ConditionType = 'Ready' | 'Reconciling' | 'Stalled' | 'TokenReady' | 'Programmed' | 'Tripped' | 'NotificationDelivered';

/** metav1.Condition. */
export interface Condition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly observedGeneration: number;
  /** RFC 3339 to the second. */
  readonly lastTransitionTime: string;
  /** CamelCase constant. */
  readonly reason: string;
  /** One line without times or counters that change by themselves. */
  readonly message: string;
}

/** So many tenants failed at once that none of them is switched off for it. */
export interface PlatformFreeze {
  readonly since: string;
  /** First 12 hex digits of the SHA-256 of each address of PLATFORM_EMAILS that took the mail about it. */
  readonly told: readonly string[];
}

export interface BreakerStatus {
  readonly state: 'Closed' | 'Open';
  /** One line that says why it opened; empty while closed. */
  readonly reason: string;
  /** Of the last trip, as the totals and the wave below are. */
  readonly cause: TripCause;
  /** When it opened last; null while closed. */
  readonly openedAt: string | null;
  /** How often it has opened. */
  readonly trips: number;
  /** Outcomes carry the epoch that they were counted in; each closing starts the next. */
  readonly epoch: number;
  /** Totals of the window at the moment of the last trip. */
  readonly failures: number;
  readonly requests: number;
  readonly classes: Readonly<Partial<Record<FailureClass, number>>>;
  /** Null unless the last trip was for one. */
  readonly wave: TrippingWave | null;
  readonly observedResetToken: string;
  /** Value of the annotation `scim-operator.dev/reset-at` that was handled last. */
  readonly observedResetAt: string;
  /** Number of the trip for which `spec.enabled: false` has been written and holds; 0 before the first and after closing. */
  readonly mirroredTrip: number;
  /** Field managers whose manifest says `enabled: true`: that they write it again is no decision. */
  readonly enablingManifests: readonly string[];
  /** Null unless a trip was withheld by a freeze that isn't known to be over. */
  readonly freeze: PlatformFreeze | null;
}

/** People who are made anew after a change of the mapping. */
export interface ReprojectionStatus {
  readonly state: 'Running' | 'Done';
  /** People of another mapping when it began, and how many of them are done. */
  readonly total: number;
  readonly done: number;
  /** Of those who are done: people of whom the new mapping could not make all. */
  readonly incomplete: number;
  readonly startedTime: string;
  readonly finishedTime: string | null;
  /** Sources that the mapping before did not take; they come when the directory sends everybody again. */
  readonly arrivesWithNextSync: readonly string[];
}

/** People who are removed from the store, because the tenant is being deleted. */
export interface DeletionStatus {
  readonly startedTime: string;
  /** People, groups and memberships when it began, and how many of them are removed. */
  readonly total: number;
  readonly removed: number;
}

/** Why one request of the directory did not do what it asked for. */
export interface RecentFailureStatus {
  readonly time: string;
  /** Such as `PATCH User`. */
  readonly operation: string;
  /** The id of the person or group, or else the directory's id; null when none is known. */
  readonly subject: string | null;
  /** A FailureReason, perhaps of a newer pod. */
  readonly reason: string;
  /** Names attributes and targets and never a value. */
  readonly message: string;
  /** What to do. */
  readonly action: string;
  /** Where that is explained. */
  readonly link: string;
}

export interface ScimTenantStatus {
  readonly observedGeneration: number;
  readonly endpoint: string;
  readonly conditions: readonly Condition[];
  readonly programmed: { readonly generation: number; readonly pods: number; readonly acknowledged: number };
  readonly sync: {
    readonly lastRequestTime: string | null;
    readonly lastSuccessTime: string | null;
    readonly users: number | null;
    readonly groups: number | null;
    /** projectionRevision of the mapping in force, which what follows belongs to; null before the first. */
    readonly mapping: string | null;
    /** Null while there was nobody to be made anew for this mapping. */
    readonly reprojection: ReprojectionStatus | null;
    /** Newest first. */
    readonly recentFailures: readonly RecentFailureStatus[];
    /** What the directory sends and the mapping does not take, sorted. */
    readonly ignoredAttributes: readonly string[];
  };
  readonly breaker: BreakerStatus;
  readonly token: TokenStatus;
  readonly notifications: NotificationsStatus;
  /** Null unless the tenant is being deleted, and until a pod has begun. */
  readonly deletion: DeletionStatus | null;
}

export interface TokenStatus {
  /** `sha256:` and the first 12 hex digits of the digest; null while there is no usable token. */
  readonly fingerprint: string | null;
  readonly rotatedAt: string | null;
  readonly expiresAt: string | null;
  readonly previousValidUntil: string | null;
  /** Value of the annotation `scim-operator.dev/rotate-at` that was handled last, be it by refusing; empty when there was none. */
  readonly observedRotateAt: string;
  /** Why the operator makes no new token although it was asked to; null when it was not asked, or may. */
  readonly refusedRotation: {
    readonly reason: 'NotGenerated' | 'Immutable';
    /** The value of the annotation that asked; empty when `tokenPolicy.rotateAfter` alone does. */
    readonly rotateAt: string;
  } | null;
}

/** The most that a status lists. The CRD allows no more. */
export const MOST_RECENT_FAILURES = 10;
export const MOST_IGNORED_ATTRIBUTES = 50;
export const MOST_ARRIVING_ATTRIBUTES = 50;

/** A tenant that no pod has told anything of. */
export const NEVER_SYNCED: ScimTenantStatus['sync'] = {
  lastRequestTime: null,
  lastSuccessTime: null,
  users: null,
  groups: null,
  mapping: null,
  reprojection: null,
  recentFailures: [],
  ignoredAttributes: [],
};

export const NO_TOKEN: TokenStatus = {
  fingerprint: null,
  rotatedAt: null,
  expiresAt: null,
  previousValidUntil: null,
  observedRotateAt: '',
  refusedRotation: null,
};

export const CLOSED_BREAKER: BreakerStatus = {
  state: 'Closed',
  reason: '',
  cause: 'Failures',
  openedAt: null,
  trips: 0,
  epoch: 0,
  failures: 0,
  requests: 0,
  classes: {},
  wave: null,
  observedResetToken: '',
  observedResetAt: '',
  mirroredTrip: 0,
  enablingManifests: [],
  freeze: null,
};
