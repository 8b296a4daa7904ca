import { derivedConfigText, readDerivedSecret, tenantOfDerivedSecret } from '#common/kubernetes/derived-secret.ts';
import type { KubernetesObject } from '#common/kubernetes/kubernetes-object.ts';
import type { RefusedConfig } from '#common/pod-report.ts';
import { readServableConfig } from '#common/read-servable-config.ts';
import { renderedRevision, type TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';

/** What a derived Secret holds for its tenant: a config, or one that this pod must not serve. */
export interface StoredConfig {
  readonly key: TenantKey;
  readonly content: { readonly config: TenantConfig } | { readonly refused: RefusedConfig };
}

/**
 * Reads a derived Secret. Whatever is wrong with its content is the tenant's refusal and nobody else's trouble.
 * @throws Error when the Secret's name names no tenant
 */
export function readStoredConfig(secret: KubernetesObject): StoredConfig {
  const key = tenantOfDerivedSecret(secret.metadata.name);
  if (key === null) throw new Error(`Secret ${secret.metadata.name} is named after no tenant`);
  try {
    return { key, content: { config: readDerivedSecret(secret, readServableConfig) } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { key, content: { refused: { revision: renderedRevision(derivedConfigText(secret) ?? ''), reason } } };
  }
}
