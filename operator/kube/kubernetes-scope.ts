/** Which namespaces the operator looks at. */
export interface KubernetesScope {
  /** Namespace of the derived Secrets, which holds nothing else. */
  readonly configNamespace: string;
  /** Namespaces of ScimTenants; null for all. */
  readonly watchNamespaces: readonly string[] | null;
}
