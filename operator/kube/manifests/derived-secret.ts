import { DERIVED_CONFIG_FILE } from '#common/kubernetes/derived-secret.ts';
import { derivedSecretName, renderTenantConfig, type TenantConfig } from '#common/tenant-config.ts';
import { operatorLabels } from './labels.ts';

/** The whole derived Secret of a tenant. An owner reference can't cross namespaces, so the operator deletes it itself. */
export function derivedSecretManifest(config: TenantConfig, configNamespace: string) {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name: derivedSecretName(config), namespace: configNamespace, labels: operatorLabels(config) },
    data: { [DERIVED_CONFIG_FILE]: Buffer.from(renderTenantConfig(config), 'utf8').toString('base64') },
  };
}
