import { parseTenantKey, type TenantKey } from '#common/tenant-key.ts';

/** Which namespaces the operator looks at. */
export interface KubernetesScope {
  /** Namespace of the derived Secrets, which holds nothing else. */
  readonly configNamespace: string;
  /** Namespaces of ScimTenants; null for all. */
  readonly watchNamespaces: readonly string[] | null;
}

/** Whether the tenant is this operator's: another one may look after other namespaces and share config namespace and service. */
export function isWatched(key: TenantKey, watchNamespaces: KubernetesScope['watchNamespaces']): boolean {
  return watchNamespaces === null || watchNamespaces.includes(parseTenantKey(key).namespace);
}
