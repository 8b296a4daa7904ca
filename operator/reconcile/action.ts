import type { TenantConfig } from '#common/tenant-config.ts';
import type { TenantName } from '#common/tenant-key.ts';
import type { StoredNotice, StoredStalled, StoredTokenExpiry, StoredTrip } from '../api/notifications-status.ts';

export interface TenantEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** One mail to one contact of the tenant: what happened, and whatever the mail needs beside it. */
export type Notice = TripNotice | TokenExpiryNotice | StalledNotice;

/** What a mail is known by: equal ones are the same mail. */
export interface MailKey {
  /** Of the ScimTenant. */
  readonly uid: string;
  /** Of the notice, unique for the uid. */
  readonly id: string;
  readonly recipient: string;
}

interface NoticeAddress extends MailKey {
  readonly tenant: TenantName;
  readonly displayName: string | null;
  readonly endpoint: string;
}

/** Who got a mail is for the status to know. */
type Facts<Stored extends StoredNotice> = Omit<Stored, 'pending' | 'delivered'>;

export interface TripNotice extends NoticeAddress, Facts<StoredTrip> {}

export interface TokenExpiryNotice extends NoticeAddress, Facts<StoredTokenExpiry> {
  readonly secret: { readonly name: string; readonly key: string };
  /** The operator makes a new token when it is asked to. */
  readonly rotatable: boolean;
  /** `tokenPolicy.overlap` as it was written. */
  readonly overlap: string;
}

export interface StalledNotice extends NoticeAddress, Facts<StoredStalled> {}

/** One write that a run decided on, carried out in the order of the plan. Events and the status follow from what came of them. */
export type Action =
  | { readonly kind: 'ApplyDerivedConfig'; readonly config: TenantConfig }
  /** The token itself is made when the action is carried out, so that no plan ever holds one. */
  | { readonly kind: 'CreateTokenSecret'; readonly name: string; readonly key: string }
  | { readonly kind: 'MirrorDisabled'; readonly disabled: boolean }
  /** Puts the finalizer on, so that the tenant does not go before its people are removed; or takes it off. */
  | { readonly kind: 'HoldTenant' }
  | { readonly kind: 'ReleaseTenant' }
  | { readonly kind: 'Notify'; readonly notices: readonly Notice[] }
  /** A new token in the Secret of this version, made as above. */
  | { readonly kind: 'RotateToken'; readonly name: string; readonly key: string; readonly version: string };

/** What came of a plan. */
export interface Applied {
  readonly done: readonly Action[];
  /** The first write that failed. What follows a failed config or Secret in the plan is left to the next run. */
  readonly failed: { readonly action: Action; readonly error: Error } | null;
}
