import type { TenantKey } from '#common/tenant-key.ts';
import type { ScimObject } from '../scim/scim-value.ts';

/** One group of one tenant as a store keeps it; its members are kept apart, since there may be 100,000 of them. */
export interface StoredGroup {
  readonly tenant: TenantKey;
  /** UUID that this service gave; the `id` of the SCIM resource. */
  readonly id: string;
  /** 1 for a new group, one more for each change of the group or of who is a member. ETag is `W/"<version>"`. */
  readonly version: number;
  readonly createdAt: Date;
  readonly lastModified: Date;
  /** The SCIM resource, names in canonical case, without `id`, `meta`, `schemas` and `members`. `displayName` is always there. */
  readonly resource: ScimObject & { readonly displayName: string };
}

/** What a member is, which is also the `type` in the SCIM resource (RFC 7643 section 4.2). */
export type MemberType = 'User' | 'Group';

export interface Member {
  /** `id` of a user or a group of the same tenant. */
  readonly id: string;
  readonly type: MemberType;
}
