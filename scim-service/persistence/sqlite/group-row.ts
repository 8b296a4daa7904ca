import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { TenantKey } from '#common/tenant-key.ts';
import { groupKeys } from '../../domain/group-keys.ts';
import type { StoredGroup } from '../../domain/stored-group.ts';

export type GroupRow = Readonly<Record<string, SQLOutputValue>>;

/** Named parameters of the statements that write a whole row. */
export function toGroupRow(group: StoredGroup): Record<string, SQLInputValue> {
  const keys = groupKeys(group.resource);
  return {
    id: group.id,
    tenant: group.tenant,
    version: group.version,
    created_at: group.createdAt.getTime(),
    last_modified: group.lastModified.getTime(),
    display_name_key: keys.displayName,
    external_id: keys.externalId,
    resource: JSON.stringify(group.resource),
  };
}

export function fromGroupRow(row: GroupRow): StoredGroup {
  return {
    tenant: String(row['tenant']) as TenantKey,
    id: String(row['id']),
    version: Number(row['version']),
    createdAt: new Date(Number(row['created_at'])),
    lastModified: new Date(Number(row['last_modified'])),
    resource: JSON.parse(String(row['resource'])),
  };
}
