import type { FailureClass } from '#common/pod-report.ts';

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

export interface BreakerStatus {
  readonly state: 'Closed' | 'Open';
  /** One line that says why it opened; empty while closed. */
  readonly reason: string;
  /** When it opened last. Null before the first time, and once it is closed and every mail of that trip is delivered. */
  readonly openedAt: string | null;
  /** How often it has opened. */
  readonly trips: number;
  /** Outcomes carry the epoch that they were counted in; each closing starts the next. */
  readonly epoch: number;
  /** Totals of the window at the moment of the last trip. */
  readonly failures: number;
  readonly requests: number;
  readonly classes: Readonly<Partial<Record<FailureClass, number>>>;
  readonly observedResetToken: string;
  /** Value of the annotation `scim-operator.dev/reset-at` that was handled last. */
  readonly observedResetAt: string;
  /** Number of the trip for which `spec.enabled: false` has been written and holds; 0 before the first and after closing. */
  readonly mirroredTrip: number;
  readonly lastNotified: {
    readonly trip: number;
    /** First 12 hex digits of the SHA-256 of each address that took the mail of that trip. */
    readonly recipients: readonly string[];
  };
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
  };
  readonly breaker: BreakerStatus;
  readonly token: {
    /** `sha256:` and the first 12 hex digits of the digest; null while there is no usable token. */
    readonly fingerprint: string | null;
    readonly rotatedAt: string | null;
    readonly expiresAt: string | null;
    readonly previousValidUntil: string | null;
  };
}

export const CLOSED_BREAKER: BreakerStatus = {
  state: 'Closed',
  reason: '',
  openedAt: null,
  trips: 0,
  epoch: 0,
  failures: 0,
  requests: 0,
  classes: {},
  observedResetToken: '',
  observedResetAt: '',
  mirroredTrip: 0,
  lastNotified: { trip: 0, recipients: [] },
};
