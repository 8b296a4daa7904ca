import type { TenantKey } from '#common/tenant-key.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import type { PlatformFreeze } from '../api/scim-tenant-status.ts';
import type { TripLeave } from '../breaker/evaluate-breaker.ts';
import { joinFreezes, nextFreeze, type TripWish } from '../breaker/platform-freeze.ts';
import type { Clock, FreezeNotice, MonotonicClock } from './ports.ts';

/** A little longer than the pods are left alone between two polls: whose failures come with the next poll is counted too. */
const GRACE_MS = 3_000;

/** Tenants that a mail names. */
const NAMED_TENANTS = 20;

export interface TripDeskParts {
  readonly clock: Clock;
  readonly monotonic: MonotonicClock;
  /** How long a tenant waits for others who want the same; 3 s unless told. */
  readonly graceMs?: number;
  /** A freeze has begun, or an earlier leader's goes on: whoever was not told yet is to be told. */
  readonly onFrozen: (notice: FreezeNotice) => void;
  readonly onReleased: () => void;
  /** These tenants need a run, since what their status says of the freeze is no longer so. */
  readonly onStale: (keys: readonly TenantKey[]) => void;
}

interface Place {
  readonly wish: TripWish | 'Unseen';
  /** Since when it wants to trip, on the monotonic clock. */
  readonly since: number;
  /** Its status has the mark of a freeze. */
  readonly isMarked: boolean;
}

/**
 * Keeps which tenants want to trip, each as its last run found it, and gives or refuses leave to. After a start nobody
 * trips before every tenant has been looked at once: the first ones can't know that they are many.
 */
export class TripDesk {
  readonly #parts: TripDeskParts;
  readonly #places = new Map<TenantKey, Place>();
  readonly #counts: Record<Place['wish'], number> = { Wants: 0, Fine: 0, Off: 0, Unseen: 0 };
  #isListed = false;
  #isKnown = false;
  /** Until every tenant is known it is what the statuses have of a leader before. */
  #freeze: PlatformFreeze | null = null;

  constructor(parts: TripDeskParts) {
    this.#parts = parts;
  }

  /**
   * Every tenant that exists.
   * @returns those that no run has looked at yet
   */
  expect(keys: readonly TenantKey[]): readonly TenantKey[] {
    const existing = new Set(keys);
    for (const key of this.#places.keys()) if (!existing.has(key)) this.forget(key);
    for (const key of existing) if (!this.#places.has(key)) this.#put(key, { wish: 'Unseen', since: 0, isMarked: false });
    this.#isListed = true;
    this.#judge();
    return this.keys().filter((key) => this.#places.get(key)?.wish === 'Unseen');
  }

  /** Every tenant that is known of. */
  keys(): readonly TenantKey[] {
    return [...this.#places.keys()];
  }

  /**
   * Enters what a run found.
   * @param marked the freeze that the tenant's status knows of
   */
  enter(key: TenantKey, wish: TripWish, marked: PlatformFreeze | null): TripLeave {
    const now = this.#parts.monotonic();
    const before = this.#places.get(key);
    const since = wish === 'Wants' && before?.wish === 'Wants' ? before.since : now;
    if (!this.#isKnown) this.#freeze = joinFreezes(this.#freeze, marked);
    this.#put(key, { wish, since, isMarked: marked !== null });
    this.#judge();
    if (!this.#isKnown) return { kind: 'Held', milliseconds: this.#grace };
    if (this.#freeze) {
      if (wish === 'Wants') this.#put(key, { wish, since, isMarked: true });
      return { kind: 'Frozen', freeze: this.#freeze };
    }
    const left = since + this.#grace - now;
    return wish === 'Wants' && left > 0 ? { kind: 'Held', milliseconds: left } : { kind: 'Allowed' };
  }

  /** A tenant that can't be looked at must not keep all others waiting. */
  pass(key: TenantKey): void {
    if (this.#places.get(key)?.wish === 'Unseen') this.#put(key, { wish: 'Off', since: 0, isMarked: false });
    this.#judge();
  }

  forget(key: TenantKey): void {
    const before = this.#places.get(key);
    if (!before) return;
    this.#counts[before.wish] -= 1;
    this.#places.delete(key);
    this.#judge();
  }

  /** @param mark of a recipient who took the mail about the freeze that began then */
  told(since: string, mark: string): void {
    if (this.#freeze?.since !== since || this.#freeze.told.includes(mark)) return;
    this.#freeze = joinFreezes(this.#freeze, { since, told: [mark] });
    this.#parts.onStale(this.#marked());
  }

  get #grace(): number {
    return this.#parts.graceMs ?? GRACE_MS;
  }

  #put(key: TenantKey, place: Place): void {
    const before = this.#places.get(key);
    if (before) this.#counts[before.wish] -= 1;
    this.#counts[place.wish] += 1;
    this.#places.set(key, place);
  }

  #judge(): void {
    const wasKnown = this.#isKnown;
    this.#isKnown ||= this.#isListed && this.#counts.Unseen === 0;
    if (!this.#isKnown) return;
    const before = this.#freeze;
    const { Wants: wanting, Fine: fine } = this.#counts;
    const after = nextFreeze(before, { tenants: wanting + fine, wanting }, rfc3339(this.#parts.clock()));
    this.#freeze = after;
    if (after !== null && (before === null || !wasKnown)) this.#parts.onFrozen(this.#notice(after));
    if (after === null && before !== null) {
      this.#parts.onReleased();
      this.#parts.onStale(this.#marked());
    }
  }

  #notice({ since, told }: PlatformFreeze): FreezeNotice {
    const { Wants: wanting, Fine: fine } = this.#counts;
    const named: TenantKey[] = [];
    for (const [key, { wish }] of this.#places) if (wish === 'Wants' && named.length < NAMED_TENANTS) named.push(key);
    return { since, told, wanting, tenants: wanting + fine, named };
  }

  #marked(): readonly TenantKey[] {
    return [...this.#places].filter(([, { isMarked }]) => isMarked).map(([key]) => key);
  }
}
