import type { TenantKey } from '#common/tenant-key.ts';
import type { MemberType } from '../../domain/stored-group.ts';

/**
 * One direct membership, in the collection `memberships`. Whoever writes one gives its group the next version in the same
 * transaction, unless nobody could see a difference; so two writers of one group's members are never both right.
 */
export interface MembershipDocument {
  readonly tenant: TenantKey;
  /** SCIM id of the group. */
  readonly group: string;
  /** SCIM id of the user or group. */
  readonly member: string;
  readonly type: MemberType;
  /** False while the member is a person whom DELETE hid. */
  readonly visible: boolean;
}
