import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RemovalKey, RemovalRecord, TenantRemoval } from '../../provisioning/tenant-removal.ts';
import type { SqliteSession } from './sqlite-session.ts';

export interface RemovalStatements {
  readonly read: StatementSync;
  readonly insert: StatementSync;
  readonly count: StatementSync;
  readonly finish: StatementSync;
  /** People, groups and memberships of `tenant` together. */
  readonly total: StatementSync;
  /** Some `limit` people, visible and retired. */
  readonly people: StatementSync;
  /** What is kept of the people in `ids`, a JSON list. */
  readonly dropPeople: StatementSync;
  readonly dropMatchKeys: StatementSync;
  /** Each removes at most `limit` rows. */
  readonly dropGroups: StatementSync;
  readonly dropMemberships: StatementSync;
  readonly dropLedger: StatementSync;
  readonly dropCounts: StatementSync;
  /** Those in `names`, a JSON list. */
  readonly dropLeases: StatementSync;
}

export function prepareRemoval(database: DatabaseSync): RemovalStatements {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    read: prepare('SELECT * FROM tenant_removals WHERE id = :id AND tenant = :tenant'),
    insert: prepare(
      'INSERT INTO tenant_removals (id, tenant, started_at, total) VALUES (:id, :tenant, :now, :total) ON CONFLICT DO NOTHING',
    ),
    count: prepare('UPDATE tenant_removals SET removed = removed + :removed WHERE id = :id'),
    finish: prepare('UPDATE tenant_removals SET finished_at = :now WHERE id = :id'),
    total: prepare(
      `SELECT (SELECT count(*) FROM users WHERE tenant = :tenant) + (SELECT count(*) FROM groups WHERE tenant = :tenant)
         + (SELECT count(*) FROM memberships WHERE tenant = :tenant) AS total`,
    ),
    people: prepare('SELECT id FROM users WHERE tenant = :tenant LIMIT :limit'),
    dropPeople: prepare('DELETE FROM users WHERE id IN (SELECT value FROM json_each(:ids))'),
    dropMatchKeys: prepare('DELETE FROM match_keys WHERE person_id IN (SELECT value FROM json_each(:ids))'),
    dropGroups: prepare('DELETE FROM groups WHERE id IN (SELECT id FROM groups WHERE tenant = :tenant LIMIT :limit)'),
    dropMemberships: prepare(
      `DELETE FROM memberships WHERE tenant = :tenant AND (group_id, member_id) IN
         (SELECT group_id, member_id FROM memberships WHERE tenant = :tenant LIMIT :limit)`,
    ),
    dropLedger: prepare('DELETE FROM deactivations WHERE tenant = :tenant'),
    dropCounts: prepare('DELETE FROM tenant_counts WHERE tenant = :tenant'),
    dropLeases: prepare('DELETE FROM leases WHERE name IN (SELECT value FROM json_each(:names))'),
  };
}

export class SqliteTenantRemoval implements TenantRemoval {
  readonly #session: SqliteSession;
  readonly #statements: RemovalStatements;

  constructor(database: DatabaseSync, session: SqliteSession) {
    this.#session = session;
    this.#statements = prepareRemoval(database);
  }

  async begin({ tenant, id }: RemovalKey, now: Date): Promise<RemovalRecord> {
    const { insert } = this.#statements;
    return this.#session.write('beginRemoval', () => {
      insert.run({ tenant, id, now: now.getTime(), total: this.#left(tenant) });
      const record = this.#read({ tenant, id });
      if (record === null) throw new Error(`the removal ${id} is that of another tenant than ${tenant}`);
      return record;
    });
  }

  async removeSome({ tenant, id }: RemovalKey, limit: number): Promise<RemovalRecord | null> {
    const { count } = this.#statements;
    return this.#session.write('removeSome', () => {
      const before = this.#read({ tenant, id });
      if (before === null || before.finishedAt !== null) return before;
      const removed = this.#remove(tenant, limit);
      if (removed === 0) return before;
      count.run({ id, removed });
      return { ...before, removed: before.removed + removed };
    });
  }

  async finish({ tenant, id }: RemovalKey, now: Date, leases: readonly string[]): Promise<RemovalRecord | null> {
    const { finish, dropLedger, dropCounts, dropLeases } = this.#statements;
    return this.#session.write('finishRemoval', () => {
      const before = this.#read({ tenant, id });
      if (before === null || before.finishedAt !== null) return before;
      if (this.#left(tenant) > 0) return null;
      dropLedger.run({ tenant });
      dropCounts.run({ tenant });
      dropLeases.run({ names: JSON.stringify(leases) });
      finish.run({ id, now: now.getTime() });
      return { ...before, finishedAt: now };
    });
  }

  /** @returns how many were removed */
  #remove(tenant: string, limit: number): number {
    const { people, dropPeople, dropMatchKeys, dropGroups, dropMemberships } = this.#statements;
    const ids = JSON.stringify(people.all({ tenant, limit }).map(({ id }) => id));
    dropMatchKeys.run({ ids });
    let removed = Number(dropPeople.run({ ids }).changes);
    for (const drop of [dropGroups, dropMemberships]) removed += Number(drop.run({ tenant, limit: limit - removed }).changes);
    return removed;
  }

  #left(tenant: string): number {
    return Number(this.#statements.total.get({ tenant })?.['total']);
  }

  #read({ tenant, id }: RemovalKey): RemovalRecord | null {
    const row = this.#statements.read.get({ tenant, id });
    if (row === undefined) return null;
    const finishedAt = row['finished_at'] === null ? null : new Date(Number(row['finished_at']));
    return { startedAt: new Date(Number(row['started_at'])), total: Number(row['total']), removed: Number(row['removed']), finishedAt };
  }
}
