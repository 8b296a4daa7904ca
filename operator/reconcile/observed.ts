import type { PodDeletion, RecentFailure, Reprojection } from '#common/pod-report.ts';
import type { TenantConfig } from '#common/tenant-config.ts';
import type { ScimTenant } from '../api/scim-tenant.ts';
import type { EpochWave } from '../breaker/current-wave.ts';
import type { TripLeave } from '../breaker/evaluate-breaker.ts';
import type { EpochOutcomes } from '../breaker/window-totals.ts';

/** The user's Secret that holds a tenant's token, reduced to what the operator may know. */
export interface TokenSecret {
  /** UTF-8 text of each key. */
  readonly data: Readonly<Record<string, string>>;
  /** A Secret that the operator made itself, for `tokenPolicy.generate`. */
  readonly generated: boolean;
  /** Name of the tenant that it was made for; null when it wasn't, or doesn't say. */
  readonly madeFor: string | null;
  /** Its content can't be changed any more. */
  readonly immutable: boolean;
  /** Value of the annotation `rotate-at` that its token was made for; null when there was none. */
  readonly rotateAt: string | null;
  /** Changes with the Secret; a write names the version that it was decided on. */
  readonly version: string;
}

/** The Secret is there or not, and holds what it holds: nobody can look until a person mends what `problem` says. */
interface UnreadableSecret {
  readonly problem: string;
}

/** What the pods of the SCIM service say about one tenant. */
export interface PodObservation {
  /** Pods that should answer. */
  readonly expected: number;
  /** Revision that each live pod serves, empty where it can serve none; pods that don't have the tenant are left out. */
  readonly revisions: readonly string[];
  /** Why each live pod that refuses the newest config does so. */
  readonly refusals: readonly string[];
  readonly outcomes: readonly EpochOutcomes[];
  readonly lastRequestTime: string | null;
  readonly lastSuccessTime: string | null;
  readonly users: number | null;
  readonly waves: readonly EpochWave[];
  /** Of live pods, of any mapping; `total` is 0 where a pod found nobody to be made anew. */
  readonly reprojections: readonly Reprojection[];
  /** Newest first. */
  readonly recentFailures: readonly RecentFailure[];
  /** What live pods ignored, by the revision that they serve. */
  readonly ignored: readonly { readonly revision: string; readonly names: readonly string[] }[];
  /** Of the pods that answered the last time they were asked, and serve the tenant as one that is being deleted. */
  readonly deletions: readonly PodDeletion[];
}

export type Delivery =
  | { readonly state: 'Unknown' }
  /** In the outbox; lastError tells why the last attempt failed, null before the first. */
  | { readonly state: 'Pending'; readonly lastError: string | null }
  | { readonly state: 'Delivered' };

/** How the breakers of all tenants work. */
export interface BreakerSettings {
  /** Field managers that decide nothing; see `toolManagers`. */
  readonly tools: readonly string[];
  /** Trips are told and don't happen. */
  readonly dryRun: boolean;
}

/** Everything that one run read of its tenant. */
export interface Seen {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Base URL of the SCIM service, without a slash at its end. */
  readonly externalUrl: string;
  /** Where the folder `docs` is published, without a slash at its end; null when it is not. */
  readonly docsUrl: string | null;
  readonly tenant: ScimTenant;
  /** The Secret that `tokenSecretRef` names; null when it is absent. */
  readonly tokenSecret: TokenSecret | UnreadableSecret | null;
  /** The config rendered last; null when there is none. */
  readonly derived: TenantConfig | null;
  /** Null until the pods have been asked for the first time. */
  readonly pods: PodObservation | null;
  /** How the mails that the stored status owes fare, by `mailLabel`. An absent one is Unknown. */
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly mailTransport: 'smtp' | 'log';
  readonly settings: BreakerSettings;
}

/** The same, and what becomes of a trip in view of all tenants. Decision, plan and status are functions of this value alone. */
export interface Observed extends Seen {
  readonly leave: TripLeave;
}
