import type { RefusedConfig } from '#common/pod-report.ts';
import type { TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';

/** Receives configs as they come. */
export interface ConfigSink {
  set(config: TenantConfig): void;
  /** The newest config of this tenant is none that this version may serve; the last good one stays in force. */
  refuse(key: TenantKey, refused: RefusedConfig): void;
  delete(key: TenantKey): void;
  /** Every config that exists has been given to `set`, or refused, once. */
  synced(): void;
}

/** Brings the configs that the operator rendered: a watch of the config namespace, or the same process in standalone mode. */
export interface ConfigFeed {
  /** Delivers until the signal aborts; resolves then, and rejects only on a fault that no retry can mend. */
  run(sink: ConfigSink, signal: AbortSignal): Promise<void>;
}
