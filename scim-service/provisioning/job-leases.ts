export interface LeaseRequest {
  /** Of the job, such as `reproject team-hr/acme`. */
  readonly name: string;
  /** Who asks: one name for each start of a process. */
  readonly holder: string;
  /** Who knows the newer config goes first. */
  readonly rank: number;
  readonly now: Date;
  readonly until: Date;
  /** A rank recorded with an `until` before this time is forgotten: the ranks of a tenant may begin anew. */
  readonly forgetBefore: Date;
}

/** Keeps several pods from doing the same work at the same time. The work itself has to be safe without. */
export interface JobLeases {
  /**
   * Takes the lease, or renews it.
   * @returns false while somebody else's is valid, and while one of a higher rank isn't forgotten; then nothing was written
   */
  take(request: LeaseRequest): Promise<boolean>;
}
