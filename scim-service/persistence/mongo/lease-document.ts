/** The last lease of a job, in the collection `leases`. */
export interface LeaseDocument {
  /** The job's name. */
  readonly _id: string;
  readonly holder: string;
  readonly rank: number;
  readonly until: Date;
}
