import type { KubernetesClient } from '#common/kubernetes/client.ts';
import { DERIVED_SECRET_SELECTOR, readDerivedSecret } from '#common/kubernetes/derived-secret.ts';
import { SECRETS } from '#common/kubernetes/kubernetes-object.ts';
import { Reflector } from '#common/kubernetes/reflector.ts';
import type { Logger } from '#common/logger.ts';
import { tenantKeyOf, type TenantConfig } from '#common/tenant-config.ts';
import type { ConfigFeed } from '../tenancy/config-feed.ts';

export interface KubernetesConfigFeedParts {
  readonly client: KubernetesClient;
  /** The config namespace. */
  readonly namespace: string;
  readonly logger: Logger;
}

/**
 * Watches the derived Secrets. While the API server is away, the configs that came before stay in force; a Secret that
 * can't be read is logged and changes nothing.
 */
export function createKubernetesConfigFeed({ client, namespace, logger }: KubernetesConfigFeedParts): ConfigFeed {
  return {
    async run(sink, signal) {
      const secrets = new Reflector<TenantConfig>({
        client,
        resource: SECRETS,
        namespaces: [namespace],
        labelSelector: DERIVED_SECRET_SELECTOR,
        transform: readDerivedSecret,
        logger,
      });
      secrets.onEvent(({ type, object }) => {
        if (type === 'Deleted') sink.delete(tenantKeyOf(object));
        else sink.set(object);
      });
      secrets.synced().then(
        () => sink.synced(),
        () => {
          // Stopped before the first list was whole: there is nobody left to tell.
        },
      );
      await secrets.run(signal);
    },
  };
}
