import type { PodDeletion, Reprojection } from '#common/pod-report.ts';

/** What this pod did behind the requests of a tenant since it serves it. */
export class UpkeepNote {
  /** The last that this pod took part in, or else one of nobody, once it has found that nobody is left. */
  reprojection: Reprojection | null = null;
  /** How far the removal of the tenant's people was when this pod looked last. */
  deletion: Omit<PodDeletion, 'requestsInFlight'> | null = null;
}
