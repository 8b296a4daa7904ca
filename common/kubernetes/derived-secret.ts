import { derivedSecretName, parseTenantConfig, tenantKeyOf, type TenantConfig } from '../tenant-config.ts';
import { parseTenantKey, tenantKey, type TenantKey } from '../tenant-key.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

/** The Secret in the config namespace by which the operator gives a tenant's config to the SCIM service. */

export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGED_BY_OPERATOR = 'scim-operator';

/** Both programs look at no other Secret of the namespace. */
export const DERIVED_SECRET_SELECTOR = `${MANAGED_BY_LABEL}=${MANAGED_BY_OPERATOR}`;

/** Whether DERIVED_SECRET_SELECTOR selects it. */
export function isDerivedSecret({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY_OPERATOR;
}

/** Key in `data` of the Secret. */
export const DERIVED_CONFIG_FILE = 'config.json';

/** The tenant whose config a Secret of this name holds; null for a name that is none of ours. */
export function tenantOfDerivedSecret(secretName: string): TenantKey | null {
  // A namespace has no dot, so the first one ends it.
  const dot = secretName.indexOf('.');
  return dot > 0 && dot < secretName.length - 1
    ? tenantKey({ namespace: secretName.slice(0, dot), name: secretName.slice(dot + 1) })
    : null;
}

export function derivedSecretNameOf(key: TenantKey): string {
  return derivedSecretName(parseTenantKey(key));
}

/**
 * Reads the config out of the Secret.
 * @throws Error when there is none, it is of another shape, or it is of another tenant than the Secret's name says
 */
export function readDerivedSecret({ metadata, data }: KubernetesObject): TenantConfig {
  const encoded = (data as Record<string, unknown> | undefined)?.[DERIVED_CONFIG_FILE];
  if (typeof encoded !== 'string') throw new Error(`Secret ${metadata.name} has no ${DERIVED_CONFIG_FILE}`);
  const config = parseTenantConfig(Buffer.from(encoded, 'base64').toString('utf8'));
  if (derivedSecretNameOf(tenantKeyOf(config)) !== metadata.name) {
    throw new Error(`Secret ${metadata.name} holds the config of another tenant, ${tenantKeyOf(config)}`);
  }
  return config;
}
