import type { Reprojection } from '#common/pod-report.ts';

/** What this pod did behind the requests of a tenant since it serves it. */
export class UpkeepNote {
  /** The last one that this pod took part in. */
  reprojection: Reprojection | null = null;
}
