import type { FilterNode } from '#common/scim/filter-tree.ts';
import type { SchemaSet } from '#common/scim/schema.ts';
import type { TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { LookupPlan } from '../../domain/plan-lookup.ts';
import type { ScimObject } from '../../scim/scim-value.ts';
import type { PageRange, ScanOptions } from '../store-range.ts';

/** What every stored resource has, a user or a group. */
export interface Stored {
  readonly id: string;
  readonly createdAt: Date;
}

/** One resource type of one tenant, as a search needs it. */
export interface SearchTarget<R extends Stored, L> {
  readonly resourceType: 'User' | 'Group';
  readonly tenant: TenantKey;
  readonly tokenDigests: TenantConfig['tokenDigests'];
  readonly schemas: SchemaSet;
  /** Throws ScimError 400 invalidFilter. */
  readonly plan: (filter: FilterNode | null) => LookupPlan<L>;
  /** The resource as filters and sorting see it. */
  readonly represent: (resource: R) => ScimObject;
  /** A page in the order of creation. */
  readonly find: (lookup: L, page: PageRange) => Promise<{ readonly totalResults: number; readonly resources: readonly R[] }>;
  /** Everything in the order of creation. */
  readonly scan: (lookup: L, options: ScanOptions) => AsyncIterable<readonly R[]>;
  readonly findById: (id: string) => Promise<R | null>;
  /** Ids of those among `resources` that a lookup by membership finds. */
  readonly related: (resources: readonly R[], lookup: L) => Promise<ReadonlySet<string>>;
}
