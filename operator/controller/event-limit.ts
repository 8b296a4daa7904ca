import type { TenantKey } from '#common/tenant-key.ts';

/** Whatever flaps, an Event of one reason is told about one tenant at most this often. */
const EVENT_INTERVAL_MS = 60_000;

/** Lets one Event a minute pass for each tenant and reason. The first of them passes at once. */
export class EventLimit {
  /** When an Event passed last, by reason; only those within the interval. */
  readonly #passed = new Map<TenantKey, ReadonlyMap<string, number>>();

  /** @param now milliseconds since 1970 */
  admit(tenant: TenantKey, reason: string, now: number): boolean {
    const recent = [...(this.#passed.get(tenant) ?? [])].filter(([, time]) => Math.abs(now - time) < EVENT_INTERVAL_MS);
    const passes = recent.every(([other]) => other !== reason);
    this.#passed.set(tenant, new Map(passes ? [...recent, [reason, now]] : recent));
    return passes;
  }

  forget(tenant: TenantKey): void {
    this.#passed.delete(tenant);
  }
}
