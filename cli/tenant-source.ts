import type { TenantKey } from '#common/tenant-key.ts';
import type { ScimTenant } from '#operator/api/scim-tenant.ts';

/** Where tenants are written down. */
export interface TenantSource extends AsyncDisposable {
  /** As a message names it: a path, or the cluster's address. */
  readonly place: string;
  readonly kind: 'files' | 'cluster';
  find(key: TenantKey): Promise<ScimTenant | null>;
  /** The tenants that are there; null when they can't be listed. */
  keys(): Promise<readonly TenantKey[] | null>;
}
