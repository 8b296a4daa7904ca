import type { Logger } from '#common/logger.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { TenantActivity } from './tenant-activity.ts';
import type { ServedTenant } from './tenant-directory.ts';

/** The part of a UserStore that is needed here. */
export interface PeopleCounter {
  count(tenant: TenantKey): Promise<number>;
}

/** A tenant is counted at most this often, in milliseconds. */
const COUNT_INTERVAL = 60_000;

/** Counts that run at one time, so that the first report of a pod with 10,000 tenants doesn't flood the store. */
const PARALLEL_COUNTS = 4;

/** What is known of the people of one tenant. */
export interface PeopleCount {
  /** Null while they were not counted. */
  readonly users: number | null;
  /** When the store was asked for this number, in milliseconds since 1970; null while it is not known. */
  readonly countedAt: number | null;
}

interface Count {
  readonly tenant: TenantKey;
  users: number | null;
  countedAt: number | null;
  /** When the store was last asked, in milliseconds since 1970. */
  askedAt: number;
  waiting: boolean;
}

/**
 * How many people each tenant has, for the reports. A report takes what is known and never waits: asking for a
 * tenant that was never counted, or was written to since, starts a count whose result the next report carries.
 */
export class UserCounts {
  readonly #store: PeopleCounter;
  readonly #clock: () => number;
  readonly #logger: Logger;
  /** By what lives as long as the tenant is served. */
  readonly #counts = new WeakMap<TenantActivity, Count>();
  readonly #queue: Count[] = [];
  #running = 0;

  /** @param parts.clock milliseconds since 1970 */
  constructor(parts: { readonly store: PeopleCounter; readonly clock: () => number; readonly logger: Logger }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
  }

  /** To be asked for each tenant with each report, since that is what has them counted. @returns the last count */
  of(tenant: ServedTenant): PeopleCount {
    let count = this.#counts.get(tenant.activity);
    if (count === undefined) {
      count = { tenant: tenant.key, users: null, countedAt: null, askedAt: Number.NEGATIVE_INFINITY, waiting: false };
      this.#counts.set(tenant.activity, count);
    }
    const { lastWriteAt } = tenant.activity;
    const outdated = count.users === null || (lastWriteAt !== null && lastWriteAt >= count.askedAt);
    if (outdated && !count.waiting && this.#clock() - count.askedAt >= COUNT_INTERVAL) {
      count.waiting = true;
      this.#queue.push(count);
      this.#startNext();
    }
    return count;
  }

  #startNext(): void {
    while (this.#running < PARALLEL_COUNTS) {
      const count = this.#queue.shift();
      if (count === undefined) return;
      this.#running += 1;
      void this.#ask(count);
    }
  }

  async #ask(count: Count): Promise<void> {
    count.askedAt = this.#clock();
    try {
      count.users = await this.#store.count(count.tenant);
      count.countedAt = count.askedAt;
    } catch (error) {
      // The old number stays; a later report asks again.
      this.#logger.warn({ err: error, tenant: count.tenant }, 'people of a tenant could not be counted');
    } finally {
      count.waiting = false;
      this.#running -= 1;
      this.#startNext();
    }
  }
}
