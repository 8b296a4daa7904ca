import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MemberType } from '../../domain/stored-group.ts';

/** Statements that write memberships; parameters are `tenant`, `group_id`, `member_id` and what is said below. */
export interface MembershipWrites {
  /** Adds one member who is there, and answers with `visible` when that was news. A retired person is added hidden. */
  readonly add: Readonly<Record<MemberType, StatementSync>>;
  /** Drops one member, and answers with `visible` when there was one. */
  readonly drop: StatementSync;
  /** Drops the members that aren't in `ids`, a JSON list. */
  readonly dropOthers: StatementSync;
  readonly dropMembersOf: StatementSync;
  readonly dropMember: StatementSync;
  readonly hideMember: StatementSync;
  readonly showMember: StatementSync;
  /** Gives the groups in which the member is seen the next version, modified at `now`. */
  readonly touchGroupsOf: StatementSync;
}

export interface MembershipReads {
  /** The next `limit` members after the id `after`. */
  readonly membersAfter: StatementSync;
  /** Groups of one member, `member_id`; `display_name` is JSON. */
  readonly groupsOfOne: StatementSync;
  /** Groups of the members in `ids`, a JSON list; `display_name` is JSON. */
  readonly groupsOf: StatementSync;
  /** What is visible of `ids`, a JSON list. */
  readonly typesOf: StatementSync;
}

export function prepareMembershipWrites(database: DatabaseSync): MembershipWrites {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  // Named by the primary key: by the member alone SQLite would read the whole tenant, since it doesn't write by the other index.
  const allOfMember = `tenant = :tenant AND member_id = :member_id
    AND group_id IN (SELECT group_id FROM memberships WHERE tenant = :tenant AND member_id = :member_id)`;
  const columns = '(tenant, group_id, member_id, member_type, visible)';
  return {
    add: {
      User: prepare(
        `INSERT INTO memberships ${columns} SELECT tenant, :group_id, id, 'User', deleted_at IS NULL FROM users
         WHERE id = :member_id AND tenant = :tenant ON CONFLICT DO NOTHING RETURNING visible`,
      ),
      Group: prepare(
        `INSERT INTO memberships ${columns} SELECT tenant, :group_id, id, 'Group', 1 FROM groups
         WHERE id = :member_id AND tenant = :tenant ON CONFLICT DO NOTHING RETURNING visible`,
      ),
    },
    drop: prepare('DELETE FROM memberships WHERE tenant = :tenant AND group_id = :group_id AND member_id = :member_id RETURNING visible'),
    dropOthers: prepare(
      `DELETE FROM memberships WHERE tenant = :tenant AND group_id = :group_id
       AND member_id NOT IN (SELECT value FROM json_each(:ids))`,
    ),
    dropMembersOf: prepare('DELETE FROM memberships WHERE tenant = :tenant AND group_id = :group_id'),
    dropMember: prepare(`DELETE FROM memberships WHERE ${allOfMember}`),
    hideMember: prepare(`UPDATE memberships SET visible = 0 WHERE ${allOfMember}`),
    showMember: prepare(`UPDATE memberships SET visible = 1 WHERE ${allOfMember}`),
    touchGroupsOf: prepare(
      `UPDATE groups SET version = version + 1, last_modified = max(last_modified, :now)
       WHERE id IN (SELECT group_id FROM memberships WHERE tenant = :tenant AND member_id = :member_id AND visible = 1)`,
    ),
  };
}

export function prepareMembershipReads(database: DatabaseSync): MembershipReads {
  return {
    membersAfter: database.prepare(
      `SELECT member_id, member_type FROM memberships
       WHERE tenant = :tenant AND group_id = :group_id AND member_id > :after AND visible = 1 ORDER BY member_id LIMIT :limit`,
    ),
    groupsOfOne: database.prepare(
      `SELECT m.member_id, m.group_id, g.resource -> '$.displayName' AS display_name
       FROM memberships AS m CROSS JOIN groups AS g ON g.id = m.group_id
       WHERE m.tenant = :tenant AND m.member_id = :member_id AND m.visible = 1`,
    ),
    groupsOf: database.prepare(
      `SELECT m.member_id, m.group_id, g.resource -> '$.displayName' AS display_name
       FROM json_each(:ids) AS wanted
       CROSS JOIN memberships AS m ON m.member_id = wanted.value
       CROSS JOIN groups AS g ON g.id = m.group_id
       WHERE m.tenant = :tenant AND m.visible = 1`,
    ),
    typesOf: database.prepare(
      `SELECT u.id, 'User' AS type FROM json_each(:ids) AS wanted CROSS JOIN users AS u ON u.id = wanted.value
       WHERE u.tenant = :tenant AND u.deleted_at IS NULL
       UNION ALL
       SELECT g.id, 'Group' AS type FROM json_each(:ids) AS wanted CROSS JOIN groups AS g ON g.id = wanted.value
       WHERE g.tenant = :tenant`,
    ),
  };
}
