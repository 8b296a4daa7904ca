import type { TenantKey } from '#common/tenant-key.ts';

/** Whatever flaps, an Event of one reason is told about one tenant at most this often. */
const EVENT_INTERVAL_MS = 60_000;

/** Lets one Event a minute pass for each tenant and reason. The first of them passes at once. */
export class EventLimit {
  /** When an Event passed last, by reason; only those within the interval. */
  readonly #passed = new Map<TenantKey, ReadonlyMap<string, number>>();

  /** @param now on a monotonic clock, as below */
  admits(tenant: TenantKey, reason: string, now: number): boolean {
    const time = this.#passed.get(tenant)?.get(reason);
    return time === undefined || now - time >= EVENT_INTERVAL_MS;
  }

  passed(tenant: TenantKey, reason: string, now: number): void {
    const recent = [...(this.#passed.get(tenant) ?? [])].filter(([, time]) => now - time < EVENT_INTERVAL_MS);
    this.#passed.set(tenant, new Map([...recent, [reason, now]]));
  }

  forget(tenant: TenantKey): void {
    this.#passed.delete(tenant);
  }
}
