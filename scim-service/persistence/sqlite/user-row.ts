import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import { userKeys } from '../../domain/user-keys.ts';

export type UserRow = Readonly<Record<string, SQLOutputValue>>;

/** Named parameters of the statements that write a whole row. */
export function toRow(user: StoredUser): Record<string, SQLInputValue> {
  const keys = userKeys(user.resource);
  return {
    id: user.id,
    tenant: user.tenant,
    version: user.version,
    created_at: user.createdAt.getTime(),
    last_modified: user.lastModified.getTime(),
    user_name_key: keys.userName,
    external_id: keys.externalId,
    resource: JSON.stringify(user.resource),
    person: JSON.stringify(user.person),
    deleted_at: user.deletedAt?.getTime() ?? null,
  };
}

export function fromRow(tenant: TenantKey, row: UserRow): StoredUser {
  const person = String(row['person']);
  return {
    tenant,
    id: String(row['id']),
    version: Number(row['version']),
    createdAt: new Date(Number(row['created_at'])),
    lastModified: new Date(Number(row['last_modified'])),
    resource: JSON.parse(String(row['resource'])),
    // Read when it is asked for: only writes do, and a read would be half as long again.
    get person() {
      return JSON.parse(person) as StoredUser['person'];
    },
    deletedAt: row['deleted_at'] === null ? null : new Date(Number(row['deleted_at'])),
  };
}
