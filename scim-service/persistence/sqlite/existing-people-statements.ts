import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { UserQuery } from './user-query.ts';
import { USER_COLUMNS } from './user-row.ts';

export interface ExistingPeopleStatements {
  /** `id` of each who has the key `key`, in its order, and `person`, which is null for who is retired. */
  readonly byKey: StatementSync;
  readonly retired: UserQuery;
  /** `tenant` and `person` of the unlinked person `id`. */
  readonly unlinked: StatementSync;
  /** Whether `id` is of somebody of SCIM. */
  readonly linked: StatementSync;
  readonly put: StatementSync;
  readonly drop: StatementSync;
}

export function prepareExistingPeople(database: DatabaseSync): ExistingPeopleStatements {
  return {
    byKey: database.prepare(
      `SELECT k.person_id AS id, p.person FROM match_keys AS k LEFT JOIN unlinked_people AS p ON p.id = k.person_id
       WHERE k.tenant = :tenant AND k.match_key = :key ORDER BY k.person_id LIMIT :limit`,
    ),
    retired: new UserQuery(
      database,
      `SELECT ${USER_COLUMNS} FROM users AS u WHERE u.id = :id AND u.tenant = :tenant AND u.deleted_at IS NOT NULL`,
    ),
    unlinked: database.prepare('SELECT tenant, person FROM unlinked_people WHERE id = :id'),
    linked: database.prepare('SELECT 1 FROM users WHERE id = :id'),
    put: database.prepare(
      'INSERT INTO unlinked_people (id, tenant, person) VALUES (:id, :tenant, :person) ON CONFLICT (id) DO UPDATE SET person = excluded.person',
    ),
    drop: database.prepare('DELETE FROM unlinked_people WHERE id = :id'),
  };
}
