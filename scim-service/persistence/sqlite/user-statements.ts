import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { UserLookup } from '../../domain/user-lookup.ts';
import { UserQuery } from './user-query.ts';
import { USER_COLUMNS } from './user-row.ts';

type By = UserLookup['by'];

/** Lookups that find one person at most. */
export type UniqueBy = Extract<By, 'id' | 'userName'>;

/** Parameters are those of `toUserRow` and `expected_version`, but for what is said below. */
export interface UserWrites {
  readonly insert: StatementSync;
  readonly replace: StatementSync;
  readonly retire: StatementSync;
  readonly revive: StatementSync;
  /** Leaves hidden who is hidden, and visible who is visible. */
  readonly refresh: StatementSync;
  /** `id`, `tenant` and `expected_version`. */
  readonly remove: StatementSync;
  readonly addEmail: StatementSync;
  /** Drops a person's keys that aren't in `email_keys`, a JSON list. */
  readonly dropOtherEmails: StatementSync;
}

/** A lookup's parameters are `tenant` and, but for `all`, `value`. */
export interface UserReads {
  readonly lastRetired: UserQuery;
  /** The only one: there is nothing to order or to count off, which a statement for pages would prepare to do. */
  readonly only: Readonly<Record<UniqueBy, UserQuery>>;
  readonly page: Readonly<Record<Exclude<By, UniqueBy>, UserQuery>>;
  readonly total: Readonly<Record<By, StatementSync>>;
  /** The next `limit` after a place in the order of creation: `created_at` and `id`. */
  readonly allAfter: UserQuery;
  /** Ids of all whom a keyed lookup finds after such a place, in the order of creation. */
  readonly idsAfter: Readonly<Record<Exclude<By, 'all'>, StatementSync>>;
  /** Those of `ids`, a JSON list, who are visible, in the order of creation. */
  readonly byIds: UserQuery;
}

const VISIBLE: Readonly<Record<By, string>> = {
  all: 'users AS u WHERE u.tenant = :tenant AND u.deleted_at IS NULL',
  id: 'users AS u WHERE u.id = :value AND u.tenant = :tenant AND u.deleted_at IS NULL',
  userName: 'users AS u WHERE u.tenant = :tenant AND u.user_name_key = :value AND u.deleted_at IS NULL',
  externalId: 'users AS u WHERE u.tenant = :tenant AND u.external_id = :value AND u.deleted_at IS NULL',
  email: `user_emails AS e CROSS JOIN users AS u ON u.id = e.user_id
    WHERE e.tenant = :tenant AND e.email_key = :value AND u.deleted_at IS NULL`,
  group: `memberships AS m CROSS JOIN users AS u ON u.id = m.member_id
    WHERE m.tenant = :tenant AND m.group_id = :value AND m.member_type = 'User' AND m.visible = 1`,
};

const ORDERED_PAGE = 'ORDER BY u.created_at, u.id LIMIT :limit OFFSET :offset';
const AFTER = '(u.created_at, u.id) > (:created_at, :id)';

export function prepareUserWrites(database: DatabaseSync): UserWrites {
  const update = (visibility: string): StatementSync =>
    database.prepare(
      `UPDATE users
       SET version = :version, created_at = :created_at, last_modified = :last_modified, user_name_key = :user_name_key,
         external_id = :external_id, resource = :resource, person = :person, defaults = :defaults, own = :own,
         projection = :projection, deleted_at = :deleted_at
       WHERE id = :id AND tenant = :tenant AND version = :expected_version AND ${visibility}`,
    );
  return {
    insert: database.prepare(
      `INSERT INTO users
         (id, tenant, version, created_at, last_modified, user_name_key, external_id, resource, person, defaults, own, projection, deleted_at)
       VALUES
         (:id, :tenant, :version, :created_at, :last_modified, :user_name_key, :external_id, :resource, :person, :defaults, :own, :projection,
           :deleted_at)`,
    ),
    replace: update('deleted_at IS NULL AND :deleted_at IS NULL'),
    retire: update('deleted_at IS NULL AND :deleted_at IS NOT NULL'),
    revive: update('deleted_at IS NOT NULL AND :deleted_at IS NULL'),
    refresh: update('(deleted_at IS NULL) = (:deleted_at IS NULL)'),
    remove: database.prepare('DELETE FROM users WHERE id = :id AND tenant = :tenant AND version = :expected_version'),
    addEmail: database.prepare(
      'INSERT INTO user_emails (tenant, email_key, user_id) VALUES (:tenant, :email_key, :user_id) ON CONFLICT DO NOTHING',
    ),
    dropOtherEmails: database.prepare(
      'DELETE FROM user_emails WHERE user_id = :user_id AND email_key NOT IN (SELECT value FROM json_each(:email_keys))',
    ),
  };
}

export function prepareUserReads(database: DatabaseSync): UserReads {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  const users = (rest: string): UserQuery => new UserQuery(database, `SELECT ${USER_COLUMNS} FROM ${rest}`);
  const page = (by: By): UserQuery => users(`${VISIBLE[by]} ${ORDERED_PAGE}`);
  const total = (by: By): StatementSync => prepare(`SELECT count(*) AS total FROM ${VISIBLE[by]}`);
  const idsAfter = (by: By): StatementSync => prepare(`SELECT u.id FROM ${VISIBLE[by]} AND ${AFTER} ORDER BY u.created_at, u.id`);
  return {
    lastRetired: users(`users AS u WHERE u.tenant = :tenant AND u.user_name_key = :user_name_key AND u.deleted_at IS NOT NULL
       ORDER BY u.deleted_at DESC LIMIT 1`),
    only: {
      id: users(VISIBLE.id),
      userName: users(VISIBLE.userName),
    },
    page: {
      all: page('all'),
      externalId: page('externalId'),
      email: page('email'),
      // Ids are sorted and not whole people, of whom a group may have 100,000.
      group: users(`(SELECT u.id FROM ${VISIBLE.group} ${ORDERED_PAGE}) AS found CROSS JOIN users AS u ON u.id = found.id
         ORDER BY u.created_at, u.id`),
    },
    total: {
      all: prepare('SELECT users AS total FROM tenant_counts WHERE tenant = :tenant'),
      id: total('id'),
      userName: total('userName'),
      externalId: total('externalId'),
      email: total('email'),
      group: prepare(
        `SELECT count(*) AS total FROM memberships
         WHERE tenant = :tenant AND group_id = :value AND member_type = 'User' AND visible = 1`,
      ),
    },
    allAfter: users(`${VISIBLE.all} AND ${AFTER} ORDER BY u.created_at, u.id LIMIT :limit`),
    idsAfter: {
      id: idsAfter('id'),
      userName: idsAfter('userName'),
      externalId: idsAfter('externalId'),
      email: idsAfter('email'),
      group: idsAfter('group'),
    },
    byIds: users(`json_each(:ids) AS wanted CROSS JOIN users AS u ON u.id = wanted.value
       WHERE u.tenant = :tenant AND u.deleted_at IS NULL ORDER BY u.created_at, u.id`),
  };
}
