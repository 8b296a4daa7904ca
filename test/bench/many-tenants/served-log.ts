import type { TenantKey } from '#common/tenant-key.ts';

/** A pod began to serve a generation of a tenant. */
interface Served {
  readonly generation: number;
  /** By the pod's clock, milliseconds since 1970. */
  readonly at: number;
}

/**
 * Reads from a pod's log when it began to serve what. The pod says so anyway, by the millisecond, so that watching it costs it
 * nothing; asking for its report several times a second would.
 */
export class ServedLog {
  readonly #lines: readonly string[];
  readonly #served = new Map<TenantKey, Served[]>();
  #read = 0;
  #lastAt: number | null = null;

  /** @param lines of the pod, which grow */
  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  /** How many tenants it serves. */
  count(): number {
    this.#readOn();
    return this.#served.size;
  }

  /** When it last began to serve something; null before the first. */
  lastAt(): number | null {
    this.#readOn();
    return this.#lastAt;
  }

  /** When it began to serve this generation or a later one; null when it has not yet. */
  servedAt(key: TenantKey, generation: number): number | null {
    this.#readOn();
    return this.#served.get(key)?.find((served) => served.generation >= generation)?.at ?? null;
  }

  #readOn(): void {
    for (; this.#read < this.#lines.length; this.#read += 1) {
      const line = this.#lines[this.#read] ?? '';
      if (!line.includes('"tenant config is served"')) continue;
      const { tenant, generation, time } = JSON.parse(line) as { tenant: TenantKey; generation: number; time: string };
      const at = Date.parse(time);
      const before = this.#served.get(tenant) ?? [];
      if (before.length === 0) this.#served.set(tenant, before);
      before.push({ generation, at });
      this.#lastAt = at;
    }
  }
}
