import type { TenantKey } from '#common/tenant-key.ts';
import { changesOf } from './pod-report.ts';
import type { KnownTenant } from './tenant-directory.ts';
import type { PeopleCount } from './user-count.ts';

/** Tenants that are remembered as gone. Who asked last before so many went gets the whole. */
const MOST_GONE = 1_000;

/** A tenant as it was when somebody looked last. */
interface Seen extends PeopleCount {
  readonly served: KnownTenant;
  readonly changes: number;
  /** Number of the look that found this. */
  readonly look: number;
}

export interface ChangedTenants {
  readonly served: readonly KnownTenant[];
  readonly gone: readonly TenantKey[];
}

/**
 * Finds which tenants have changed, for as many as ask: looks are numbered, and each tenant has the number of the one that found
 * it changed last. A look costs a few comparisons for each tenant, and nothing where tenants change.
 */
export class TenantChanges {
  readonly #tenants: () => Iterable<KnownTenant>;
  readonly #people: (tenant: KnownTenant) => PeopleCount;
  readonly #seen = new Map<TenantKey, Seen>();
  /** In the order in which they went, with the number of the look that missed them. */
  readonly #gone = new Map<TenantKey, number>();
  /** Changes after a look that is older than this are no longer all known. */
  #oldest = 0;
  #look = 0;

  constructor(parts: { readonly tenants: () => Iterable<KnownTenant>; readonly people: (tenant: KnownTenant) => PeopleCount }) {
    this.#tenants = parts.tenants;
    this.#people = parts.people;
  }

  /** @returns its number, that of the look before where that saw the same */
  look(): number {
    const look = this.#look + 1;
    let isNews = false;
    let served = 0;
    for (const tenant of this.#tenants()) {
      served += 1;
      if (this.#isNews(tenant, look)) isNews = true;
    }
    if (this.#seen.size > served) {
      this.#bury(look);
      isNews = true;
    }
    if (isNews) this.#look = look;
    return this.#look;
  }

  /** Whoever looked before is to look at everything. */
  forgetLooks(): void {
    this.#look += 1;
    this.#oldest = this.#look;
  }

  /** @returns what looks found after that one; null where that is no longer known */
  after(look: number): ChangedTenants | null {
    if (look < this.#oldest || look > this.#look) return null;
    if (look === this.#look) return { served: [], gone: [] };
    return {
      served: [...this.#seen.values()].filter((seen) => seen.look > look).map((seen) => seen.served),
      gone: [...this.#gone].filter(([, missed]) => missed > look).map(([key]) => key),
    };
  }

  #isNews(tenant: KnownTenant, look: number): boolean {
    const { key } = tenant;
    const changes = changesOf(tenant);
    const { users, countedAt } = this.#people(tenant);
    const seen = this.#seen.get(key);
    // Changes of one config are no measure for those of the next, which may have notes of its own.
    const isSame = seen?.served === tenant && seen.changes === changes && seen.users === users && seen.countedAt === countedAt;
    if (isSame) return false;
    this.#seen.set(key, { served: tenant, changes, users, countedAt, look });
    this.#gone.delete(key);
    return true;
  }

  #bury(look: number): void {
    const served = new Set<TenantKey>();
    for (const { key } of this.#tenants()) served.add(key);
    for (const key of this.#seen.keys()) {
      if (served.has(key)) continue;
      this.#seen.delete(key);
      this.#gone.set(key, look);
    }
    for (const [key, missed] of this.#gone) {
      if (this.#gone.size <= MOST_GONE) break;
      this.#gone.delete(key);
      this.#oldest = missed;
    }
  }
}
