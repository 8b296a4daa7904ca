import { renderTenantConfig, type TenantConfig } from '#common/tenant-config.ts';
import { tenantKey, type TenantKey } from '#common/tenant-key.ts';
import type { TenantRecords } from './tenant-records.ts';

/** Gets the derived configs as they change; the same process serves them. */
export interface DerivedConfigListener {
  set(config: TenantConfig): void;
  delete(key: TenantKey): void;
}

/** The derived configs among the records, and who follows them. Writes are the caller's to order. */
export class DerivedConfigs {
  readonly #records: TenantRecords;
  readonly #listeners = new Set<DerivedConfigListener>();

  constructor(records: TenantRecords) {
    this.#records = records;
  }

  keys(): readonly TenantKey[] {
    return this.#records.keys().filter((key) => this.#records.get(key).config !== null);
  }

  /** Hands over every config there is, then each change. @returns ends it */
  follow(listener: DerivedConfigListener): () => void {
    for (const key of this.keys()) {
      const { config } = this.#records.get(key);
      if (config) listener.set(config);
    }
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async apply(config: TenantConfig): Promise<void> {
    const key = tenantKey(config);
    const before = this.#records.get(key).config;
    if (before && renderTenantConfig(before) === renderTenantConfig(config)) return;
    await this.#records.set(key, { config });
    for (const listener of this.#listeners) listener.set(config);
  }

  async delete(key: TenantKey): Promise<void> {
    if (!this.#records.get(key).config) return;
    await this.#records.set(key, { config: null });
    for (const listener of this.#listeners) listener.delete(key);
  }
}
