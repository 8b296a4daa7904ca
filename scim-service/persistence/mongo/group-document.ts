import type { TenantKey } from '#common/tenant-key.ts';
import { groupKeys } from '../../domain/group-keys.ts';
import type { StoredGroup } from '../../domain/stored-group.ts';
import { decodeKeys, encodeKeys } from './key-encoding.ts';

/** A group in the collection `groups`; its members are documents of `memberships`. */
export interface GroupDocument {
  /** The SCIM id. */
  readonly _id: string;
  readonly tenant: TenantKey;
  readonly version: number;
  readonly createdAt: Date;
  readonly lastModified: Date;
  readonly displayNameKey: string;
  readonly externalId?: string;
  /** Names encoded by `encodeKeys`. */
  readonly resource: object;
  /** Counts up when the group is made a member; see holdMembers. */
  readonly holds?: number;
}

export function toGroupDocument(group: StoredGroup): GroupDocument {
  const keys = groupKeys(group.resource);
  return {
    _id: group.id,
    tenant: group.tenant,
    version: group.version,
    createdAt: group.createdAt,
    lastModified: group.lastModified,
    displayNameKey: keys.displayName,
    ...(keys.externalId === null ? {} : { externalId: keys.externalId }),
    resource: encodeKeys(group.resource),
  };
}

export function fromGroupDocument({ _id: id, tenant, version, createdAt, lastModified, resource }: GroupDocument): StoredGroup {
  return { tenant, id, version, createdAt, lastModified, resource: decodeKeys(resource as StoredGroup['resource']) };
}
