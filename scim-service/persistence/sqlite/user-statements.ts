import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { UserLookup } from '../../domain/user-lookup.ts';

type By = UserLookup['by'];

/** Each is prepared once; a lookup's parameters are `tenant` and, but for `all`, `value`. */
export interface UserStatements {
  readonly insert: StatementSync;
  readonly replace: StatementSync;
  readonly remove: StatementSync;
  readonly addEmail: StatementSync;
  readonly dropEmails: StatementSync;
  readonly lastDeleted: StatementSync;
  readonly ping: StatementSync;
  readonly page: Readonly<Record<By, StatementSync>>;
  readonly total: Readonly<Record<By, StatementSync>>;
}

const VISIBLE: Readonly<Record<By, string>> = {
  all: 'users AS u WHERE u.tenant = :tenant AND u.deleted_at IS NULL',
  id: 'users AS u WHERE u.id = :value AND u.tenant = :tenant AND u.deleted_at IS NULL',
  userName: 'users AS u WHERE u.tenant = :tenant AND u.user_name_key = :value AND u.deleted_at IS NULL',
  externalId: 'users AS u WHERE u.tenant = :tenant AND u.external_id = :value AND u.deleted_at IS NULL',
  email: `user_emails AS e CROSS JOIN users AS u ON u.id = e.user_id
    WHERE e.tenant = :tenant AND e.email_key = :value AND u.deleted_at IS NULL`,
};

export function prepareStatements(database: DatabaseSync): UserStatements {
  const forEachLookup = (sql: (visible: string) => string): Record<By, StatementSync> => ({
    all: database.prepare(sql(VISIBLE.all)),
    id: database.prepare(sql(VISIBLE.id)),
    userName: database.prepare(sql(VISIBLE.userName)),
    externalId: database.prepare(sql(VISIBLE.externalId)),
    email: database.prepare(sql(VISIBLE.email)),
  });
  return {
    insert: database.prepare(
      `INSERT INTO users
       VALUES (:id, :tenant, :version, :created_at, :last_modified, :user_name_key, :external_id, :resource, :person, :deleted_at)`,
    ),
    replace: database.prepare(
      `UPDATE users
       SET version = :version, created_at = :created_at, last_modified = :last_modified, user_name_key = :user_name_key,
         external_id = :external_id, resource = :resource, person = :person, deleted_at = :deleted_at
       WHERE id = :id AND tenant = :tenant AND version = :expected_version`,
    ),
    remove: database.prepare('DELETE FROM users WHERE id = :id AND tenant = :tenant AND version = :expected_version'),
    addEmail: database.prepare('INSERT INTO user_emails (tenant, email_key, user_id) VALUES (:tenant, :email_key, :user_id)'),
    dropEmails: database.prepare('DELETE FROM user_emails WHERE user_id = :user_id'),
    lastDeleted: database.prepare(
      `SELECT * FROM users WHERE tenant = :tenant AND user_name_key = :user_name_key AND deleted_at IS NOT NULL
       ORDER BY deleted_at DESC LIMIT 1`,
    ),
    ping: database.prepare('SELECT 1 FROM users LIMIT 1'),
    page: forEachLookup((visible) => `SELECT u.* FROM ${visible} ORDER BY u.created_at, u.id LIMIT :limit OFFSET :offset`),
    total: forEachLookup((visible) => `SELECT count(*) AS total FROM ${visible}`),
  };
}
