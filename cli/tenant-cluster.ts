import { KubernetesClient } from '#common/kubernetes/client.ts';
import { loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import { isForbidden } from '#common/kubernetes/kubernetes-api-error.ts';
import { createLogger } from '#common/logger.ts';
import { KubernetesReader } from '#operator/kube/kubernetes-reader.ts';
import type { TenantSource } from './tenant-source.ts';

/**
 * The tenants of a cluster, read with the rights of whoever runs the command.
 * @param kubeconfig value of KUBECONFIG; null for the pod's own cluster
 * @throws Error when the kubeconfig can't be used
 */
export function openTenantCluster(kubeconfig: string | null): TenantSource {
  const config = loadKubeConfig(kubeconfig);
  const client = new KubernetesClient(config);
  const logger = createLogger({ program: 'tenant', level: 'silent' });
  // The config namespace is the operator's, and nothing of it is read here.
  const reader = new KubernetesReader({ client, scope: { configNamespace: 'default', watchNamespaces: null }, logger });
  return {
    place: `the cluster ${config.getCurrentCluster()?.server ?? ''}`,
    kind: 'cluster',
    find: (key) => reader.tenant(key),
    async keys() {
      try {
        return await reader.tenantKeys();
      } catch (error) {
        // Many may read one namespace and not all.
        if (isForbidden(error)) return null;
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      client.close();
    },
  };
}
