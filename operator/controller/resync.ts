import { sha256Hex } from '#common/sha256-hex.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { ClusterReader } from './ports.ts';
import type { TripDesk } from './trip-desk.ts';

/** Parts into which all tenants fall, one for each sweep. With a sweep every 10 minutes each tenant has its turn once in 10 hours. */
const SHARES = 60;

export interface ResyncParts {
  readonly reader: Pick<ClusterReader, 'tenantKeys' | 'derivedConfigKeys'>;
  readonly desk: Pick<TripDesk, 'expect'>;
}

/**
 * What is done without a reason, should one have been missed. Each sweep compares the names of all that exists, which finds a tenant that
 * nobody looked at and a config whose tenant has gone; and it has a share of the tenants looked at in full, so that
 * thousands of idle ones never come together.
 */
export class Resync {
  readonly #reader: ResyncParts['reader'];
  readonly #desk: ResyncParts['desk'];
  #sweeps = 0;

  constructor({ reader, desk }: ResyncParts) {
    this.#reader = reader;
    this.#desk = desk;
  }

  /**
   * @returns tenants that need a run
   * @throws what the reader throws; then the sweep does not count
   */
  async sweep(): Promise<readonly TenantKey[]> {
    const tenants = await this.#reader.tenantKeys();
    // At once: a tenant that is made while the configs are listed is on the desk by then, and must stay there.
    const unseen = this.#desk.expect(tenants);
    const configs = await this.#reader.derivedConfigKeys();
    const existing = new Set(tenants);
    const share = this.#sweeps % SHARES;
    this.#sweeps += 1;
    return [...unseen, ...tenants.filter((key) => shareOf(key) === share), ...configs.filter((key) => !existing.has(key))];
  }
}

function shareOf(key: TenantKey): number {
  return Number.parseInt(sha256Hex(key).slice(0, 8), 16) % SHARES;
}
