import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { GroupLookup } from '../../domain/group-lookup.ts';

type By = GroupLookup['by'];

/** Each is prepared once; a lookup's parameters are `tenant` and, but for `all`, `value`. */
export interface GroupStatements {
  readonly insert: StatementSync;
  readonly replace: StatementSync;
  /** Gives one group the next version; answers with its row. */
  readonly touch: StatementSync;
  readonly remove: StatementSync;
  readonly page: Readonly<Record<By, StatementSync>>;
  readonly total: Readonly<Record<By, StatementSync>>;
  /** The next `limit` after a place in the order of creation: `created_at` and `id`. */
  readonly after: Readonly<Record<By, StatementSync>>;
}

const FOUND: Readonly<Record<By, string>> = {
  all: 'groups AS g WHERE g.tenant = :tenant',
  id: 'groups AS g WHERE g.id = :value AND g.tenant = :tenant',
  displayName: 'groups AS g WHERE g.tenant = :tenant AND g.display_name_key = :value',
  externalId: 'groups AS g WHERE g.tenant = :tenant AND g.external_id = :value',
  member: `memberships AS m CROSS JOIN groups AS g ON g.id = m.group_id
    WHERE m.tenant = :tenant AND m.member_id = :value AND m.visible = 1`,
};

export function prepareGroupStatements(database: DatabaseSync): GroupStatements {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  const forEachLookup = (sql: (found: string) => string): Record<By, StatementSync> => ({
    all: prepare(sql(FOUND.all)),
    id: prepare(sql(FOUND.id)),
    displayName: prepare(sql(FOUND.displayName)),
    externalId: prepare(sql(FOUND.externalId)),
    member: prepare(sql(FOUND.member)),
  });
  return {
    insert: prepare(
      `INSERT INTO groups
       VALUES (:id, :tenant, :version, :created_at, :last_modified, :display_name_key, :external_id, :resource)`,
    ),
    replace: prepare(
      `UPDATE groups
       SET version = :version, created_at = :created_at, last_modified = :last_modified, display_name_key = :display_name_key,
         external_id = :external_id, resource = :resource
       WHERE id = :id AND tenant = :tenant AND version = :expected_version`,
    ),
    touch: prepare(
      'UPDATE groups SET version = version + 1, last_modified = max(last_modified, :now) WHERE id = :id AND tenant = :tenant RETURNING *',
    ),
    remove: prepare('DELETE FROM groups WHERE id = :id AND tenant = :tenant AND version = :expected_version'),
    page: forEachLookup((found) => `SELECT g.* FROM ${found} ORDER BY g.created_at, g.id LIMIT :limit OFFSET :offset`),
    total: {
      ...forEachLookup((found) => `SELECT count(*) AS total FROM ${found}`),
      all: prepare('SELECT groups AS total FROM tenant_counts WHERE tenant = :tenant'),
    },
    after: forEachLookup(
      (found) => `SELECT g.* FROM ${found} AND (g.created_at, g.id) > (:created_at, :id) ORDER BY g.created_at, g.id LIMIT :limit`,
    ),
  };
}
