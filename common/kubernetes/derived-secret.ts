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

/** Text of the config in the Secret; null when it has none. */
export function derivedConfigText({ data }: KubernetesObject): string | null {
  const encoded = (data as Record<string, unknown> | undefined)?.[DERIVED_CONFIG_FILE];
  return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('utf8') : null;
}

/**
 * Reads the config out of the Secret, for whoever goes on from it.
 * @param read what reads the text
 * @throws Error when there is none, or it is of another tenant than the Secret's name says; and what `read` throws
 */
export function readDerivedSecret(secret: KubernetesObject, read: (text: string) => TenantConfig = parseTenantConfig): TenantConfig {
  const { name } = secret.metadata;
  const text = derivedConfigText(secret);
  if (text === null) throw new Error(`Secret ${name} has no ${DERIVED_CONFIG_FILE}`);
  const config = read(text);
  if (derivedSecretNameOf(tenantKeyOf(config)) !== name) {
    throw new Error(`Secret ${name} holds the config of another tenant, ${tenantKeyOf(config)}`);
  }
  return config;
}
