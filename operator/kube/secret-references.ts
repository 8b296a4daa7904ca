import { parseTenantKey, type TenantKey } from '#common/tenant-key.ts';

/** Which tenants refer to which Secret. */
export class SecretReferences {
  readonly #secretOf = new Map<TenantKey, string>();
  /** By `<namespace>/<name>` of the Secret. */
  readonly #tenantsOf = new Map<string, Set<TenantKey>>();

  /** @param secret name of the Secret in the tenant's namespace; null for none, and for a tenant that has gone */
  set(tenant: TenantKey, secret: string | null): void {
    const after = secret === null ? null : `${parseTenantKey(tenant).namespace}/${secret}`;
    const before = this.#secretOf.get(tenant) ?? null;
    if (before === after) return;
    if (before !== null) this.#remove(before, tenant);
    if (after === null) {
      this.#secretOf.delete(tenant);
      return;
    }
    this.#secretOf.set(tenant, after);
    const tenants = this.#tenantsOf.get(after) ?? new Set();
    tenants.add(tenant);
    this.#tenantsOf.set(after, tenants);
  }

  /** @param secret `<namespace>/<name>` */
  tenantsOf(secret: string): readonly TenantKey[] {
    return [...(this.#tenantsOf.get(secret) ?? [])];
  }

  #remove(secret: string, tenant: TenantKey): void {
    const tenants = this.#tenantsOf.get(secret);
    tenants?.delete(tenant);
    if (tenants?.size === 0) this.#tenantsOf.delete(secret);
  }
}
