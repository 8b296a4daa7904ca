import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { TenantKey } from '#common/tenant-key.ts';
import type { PersonRecord, StoredUser } from '../../domain/stored-user.ts';
import { userKeys } from '../../domain/user-keys.ts';

/** Named parameters of the statements that write a whole row. */
export function toUserRow(user: StoredUser): Record<string, SQLInputValue> {
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
    defaults: JSON.stringify(user.defaults),
    own: JSON.stringify(user.own),
    projection: user.projection,
    deleted_at: user.deletedAt?.getTime() ?? null,
  };
}

/** What `fromUserRow` reads of a table `u`, in its order; the keys are for finding alone. */
export const USER_COLUMNS =
  'u.id, u.version, u.created_at, u.last_modified, u.resource, u.projection, u.deleted_at, u.person, u.defaults, u.own';

/** USER_COLUMNS by place: to read ten fields by name of the objects that SQLite can give takes longer than to read the row. */
export type UserRow = readonly SQLOutputValue[];

/** The records are parsed when they are asked for, and then once: only writes do, and a read would be half as long again. */
export function fromUserRow(tenant: TenantKey, row: UserRow): StoredUser {
  const [id, version, createdAt, lastModified, resource, projection, deletedAt = null, personJson, defaultsJson, ownJson] = row;
  let person: PersonRecord | null = null;
  let defaults: PersonRecord | null = null;
  let own: PersonRecord | null = null;
  return {
    tenant,
    id: String(id),
    version: Number(version),
    createdAt: new Date(Number(createdAt)),
    lastModified: new Date(Number(lastModified)),
    resource: JSON.parse(String(resource)),
    get person() {
      return (person ??= parseRecord(personJson));
    },
    get defaults() {
      return (defaults ??= parseRecord(defaultsJson));
    },
    get own() {
      return (own ??= parseRecord(ownJson));
    },
    projection: String(projection),
    deletedAt: deletedAt === null ? null : new Date(Number(deletedAt)),
  };
}

export function parseRecord(json: SQLOutputValue | undefined): PersonRecord {
  return JSON.parse(String(json));
}
