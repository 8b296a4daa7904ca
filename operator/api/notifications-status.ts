import type { FailureClass } from '#common/pod-report.ts';
import type { TripCause, TrippingWave } from './trip.ts';

/** The most notices that a status lists; of more the oldest go. They pile up only while no mail server takes anything. */
export const MOST_NOTICES = 30;

/** What the contacts of a tenant are told by mail: what is owed, and what must not be told again. */
export interface NotificationsStatus {
  /** What the user has to mend, since when it is seen under this generation; null while there is nothing. */
  readonly stalled: { readonly reason: string; readonly generation: number; readonly since: string } | null;
  /** Oldest first. One that every contact has got stays as long as its cause does, so that it is not sent again. */
  readonly notices: readonly StoredNotice[];
}

/** All that a mail says about its cause: a restart, or a cause that has gone meanwhile, changes nothing in it. */
export type StoredNotice = StoredTrip | StoredTokenExpiry | StoredStalled;

interface StoredNoticeHead {
  /** Unique for the tenant's uid; the Message-ID is made of it. Letters, digits and dashes. */
  readonly id: string;
  /** When its cause was seen first. */
  readonly time: string;
  /** Contacts who have yet to get the mail, by the first 12 hex digits of the SHA-256 of their address. */
  readonly pending: readonly string[];
  /** Those who have it. */
  readonly delivered: readonly string[];
}

/** The breaker opened. */
export interface StoredTrip extends StoredNoticeHead {
  readonly kind: 'Trip';
  /** Number of the trip. */
  readonly trip: number;
  readonly cause: TripCause;
  /** Set exactly for the cause DeactivationWave. */
  readonly wave: TrippingWave | null;
  readonly failures: number;
  readonly requests: number;
  readonly classes: Readonly<Partial<Record<FailureClass, number>>>;
  /** `failurePolicy.window` as it was written. */
  readonly window: string;
  /** False for `action: NotifyOnly`, where the tenant stays in service. */
  readonly switchedOff: boolean;
}

/** A token comes to its end. */
export interface StoredTokenExpiry extends StoredNoticeHead {
  readonly kind: 'TokenExpiry';
  /** `Replaced`: by a new one, whose fingerprint this is; `expiresAt` is the end of the one before. */
  readonly state: 'ExpiresSoon' | 'Expired' | 'Replaced';
  readonly fingerprint: string;
  readonly expiresAt: string;
}

/** The configuration can't be acted on until a person mends it. */
export interface StoredStalled extends StoredNoticeHead {
  readonly kind: 'Stalled';
  readonly reason: string;
  readonly message: string;
  readonly generation: number;
}

export const NO_NOTIFICATIONS: NotificationsStatus = { stalled: null, notices: [] };
