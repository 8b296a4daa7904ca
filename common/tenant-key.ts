/**
 * Names one tenant everywhere: `<namespace>/<name>` of its ScimTenant. Kubernetes forbids `/` in both
 * parts and `.` in a namespace, so `<namespace>.<name>` is unambiguous too.
 */
export type TenantKey = `${string}/${string}`;

export interface TenantName {
  readonly namespace: string;
  readonly name: string;
}

export function tenantKey({ namespace, name }: TenantName): TenantKey {
  return `${namespace}/${name}`;
}

export function parseTenantKey(key: TenantKey): TenantName {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
