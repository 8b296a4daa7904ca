import type { TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { JobLeases } from '../provisioning/job-leases.ts';

/** Milliseconds. A pod that dies is followed by another after this time. */
const LEASE_DURATION = 15_000;
/** So that two renewals may be late before it is lost. */
const RENEWED_BEFORE_END = 10_000;
/** Longer than any pod needs to learn of a config, the restart of all of them included. */
const RANK_REMEMBERED = 10 * 60_000;

export interface JobLeaseParts {
  readonly leases: JobLeases;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly holder: string;
  readonly name: string;
  readonly rank: number;
}

/** A lease that is asked for before each piece of a job, and is taken or renewed only when that is due. */
export class JobLease {
  readonly #parts: JobLeaseParts;
  #until = 0;

  constructor(parts: JobLeaseParts) {
    this.#parts = parts;
  }

  /** @returns whether it is this holder's for the next few seconds @throws StoreUnavailableError */
  async hold(): Promise<boolean> {
    const { leases, clock, holder, name, rank } = this.#parts;
    const now = clock();
    if (this.#until - now > RENEWED_BEFORE_END) return true;
    const until = now + LEASE_DURATION;
    const forgetBefore = new Date(now - RANK_REMEMBERED);
    const held = await leases.take({ name, holder, rank, now: new Date(now), until: new Date(until), forgetBefore });
    this.#until = held ? until : 0;
    return held;
  }
}

/**
 * Higher for each newer config. The epoch is never lower in a ScimTenant that is made anew under an old name, whose generation begins
 * at 1: its first one is the time of its making, in milliseconds, and a generation takes longer than one.
 */
export function configRank({ breakerEpoch, generation }: Pick<TenantConfig, 'breakerEpoch' | 'generation'>): number {
  return breakerEpoch + generation;
}

/** Name of the lease of the work that brings people to a changed mapping. */
export function reprojectionLease(tenant: TenantKey): string {
  return `reproject ${tenant}`;
}

/** Name of the lease of the work that removes the people of a deleted tenant. */
export function deletionLease(tenant: TenantKey): string {
  return `delete ${tenant}`;
}
