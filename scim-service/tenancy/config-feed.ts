import type { TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';

/** Receives configs as they come. A config that can't be read is reported, and the last good one stays in force. */
export interface ConfigSink {
  set(config: TenantConfig): void;
  delete(key: TenantKey): void;
  /** Every config that exists has been given to `set` once. */
  synced(): void;
}

/** Brings the configs that the operator rendered: a watch of the config namespace, or the same process in standalone mode. */
export interface ConfigFeed {
  /** Delivers until the signal aborts; resolves then, and rejects only on a fault that no retry can mend. */
  run(sink: ConfigSink, signal: AbortSignal): Promise<void>;
}
