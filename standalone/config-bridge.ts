import type { TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { ConfigFeed } from '#scim-service/tenancy/config-feed.ts';

/** Where the operator half of the process leaves what it rendered. */
export interface DerivedConfigs {
  /** Hands over every config there is before it returns, then each change. @returns ends it */
  followDerivedConfigs(listener: { set(config: TenantConfig): void; delete(key: TenantKey): void }): () => void;
}

/** Brings derived configs from one half of the process to the other, in the place of a watch. */
export function createConfigBridge(configs: DerivedConfigs): ConfigFeed {
  return {
    async run(sink, signal) {
      if (signal.aborted) return;
      const { promise: aborted, resolve } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => resolve(), { once: true });
      const unfollow = configs.followDerivedConfigs({ set: (config) => sink.set(config), delete: (key) => sink.delete(key) });
      sink.synced();
      await aborted;
      unfollow();
    },
  };
}
