import type { KubernetesClient } from '#common/kubernetes/client.ts';
import { DERIVED_SECRET_SELECTOR } from '#common/kubernetes/derived-secret.ts';
import { SECRETS } from '#common/kubernetes/kubernetes-object.ts';
import { Reflector } from '#common/kubernetes/reflector.ts';
import type { Logger } from '#common/logger.ts';
import type { ConfigFeed } from '../tenancy/config-feed.ts';
import { readStoredConfig, type StoredConfig } from './read-stored-config.ts';

export interface KubernetesConfigFeedParts {
  readonly client: KubernetesClient;
  /** The config namespace. */
  readonly namespace: string;
  readonly logger: Logger;
}

/** Watches the derived Secrets. While the API server is away, the configs that came before stay in force. */
export function createKubernetesConfigFeed({ client, namespace, logger }: KubernetesConfigFeedParts): ConfigFeed {
  return {
    async run(sink, signal) {
      const secrets = new Reflector<StoredConfig>({
        client,
        resource: SECRETS,
        namespaces: [namespace],
        labelSelector: DERIVED_SECRET_SELECTOR,
        transform: readStoredConfig,
        logger,
      });
      secrets.onEvent(({ type, object: { key, content } }) => {
        if (type === 'Deleted') sink.delete(key);
        else if ('config' in content) sink.set(content.config);
        else sink.refuse(key, content.refused);
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
