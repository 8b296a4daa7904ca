import type { TenantKey } from '#common/tenant-key.ts';
import type { ScimObject } from '../scim/scim-value.ts';

/** Value of the product's own record. */
export type PersonValue = string | number | boolean | readonly PersonValue[] | PersonRecord;

/** The product's record, built by the tenant's mapping. */
export interface PersonRecord {
  readonly [field: string]: PersonValue;
}

/** One person of one tenant as a store keeps it. */
export interface StoredUser {
  readonly tenant: TenantKey;
  /** UUID that this service gave; the `id` of the SCIM resource. */
  readonly id: string;
  /** 1 for a new person, one more for each write. ETag is `W/"<version>"`. */
  readonly version: number;
  readonly createdAt: Date;
  readonly lastModified: Date;
  /**
   * The SCIM resource restricted to selected attributes, names in canonical case, without `id`, `meta` and `schemas`;
   * extensions under their URN. `userName` and `active` are always there.
   */
  readonly resource: ScimObject & { readonly userName: string; readonly active: boolean };
  readonly person: PersonRecord;
  /** What of `person` the template for new people set and no rule has written since. */
  readonly defaults: PersonRecord;
  /** What of `person` an adopted person had before the directory came and no rule has written since. */
  readonly own: PersonRecord;
  /**
   * projectionRevision of the mapping that made `resource` and `person`; empty for a person who was stored before it was
   * kept, and then `defaults` is empty too, whatever a template had set.
   */
  readonly projection: string;
  /** Set once DELETE was answered for a tenant that keeps its people: gone from SCIM, still there for the product. */
  readonly deletedAt: Date | null;
}
