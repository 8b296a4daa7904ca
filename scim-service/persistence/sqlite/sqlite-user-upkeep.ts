import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import type { UserUpkeep } from '../../provisioning/user-upkeep.ts';
import type { SqliteSession } from './sqlite-session.ts';
import { UserQuery } from './user-query.ts';
import { USER_COLUMNS } from './user-row.ts';
import { UserWriter } from './user-writer.ts';

export interface UpkeepStatements {
  readonly outdated: UserQuery;
  /** `total` of those below this projection and of those above it, each in a row. */
  readonly countOutdated: StatementSync;
  readonly retiredBefore: UserQuery;
}

/** Two ranges of the index: by `<>` SQLite would read everybody to find that nobody is left. */
const OTHER_PROJECTIONS = [
  'FROM users AS u WHERE u.tenant = :tenant AND u.projection < :projection',
  'FROM users AS u WHERE u.tenant = :tenant AND u.projection > :projection',
];

export function prepareUpkeep(database: DatabaseSync): UpkeepStatements {
  const ofOthers = (columns: string): string => OTHER_PROJECTIONS.map((found) => `SELECT ${columns} ${found}`).join(' UNION ALL ');
  return {
    outdated: new UserQuery(database, `${ofOthers(USER_COLUMNS)} LIMIT :limit`),
    countOutdated: database.prepare(ofOthers('count(*) AS total')),
    retiredBefore: new UserQuery(
      database,
      `SELECT ${USER_COLUMNS} FROM users AS u WHERE u.tenant = :tenant AND u.deleted_at < :before ORDER BY u.deleted_at LIMIT :limit`,
    ),
  };
}

export class SqliteUserUpkeep implements UserUpkeep {
  readonly #session: SqliteSession;
  readonly #statements: UpkeepStatements;
  readonly #writer: UserWriter;

  constructor(database: DatabaseSync, session: SqliteSession) {
    this.#session = session;
    this.#statements = prepareUpkeep(database);
    this.#writer = new UserWriter(database);
  }

  async findOutdated(tenant: TenantKey, projection: string, limit: number): Promise<readonly StoredUser[]> {
    return this.#session.read('findOutdated', () => this.#statements.outdated.all({ tenant, projection, limit }));
  }

  async countOutdated(tenant: TenantKey, projection: string): Promise<number> {
    return this.#session.read('countOutdated', () =>
      this.#statements.countOutdated.all({ tenant, projection }).reduce((sum, { total }) => sum + Number(total), 0),
    );
  }

  async refresh(users: readonly StoredUser[]): Promise<number> {
    return this.#session.write('refresh', () => users.filter((user) => this.#writer.refresh(user)).length);
  }

  async findRetiredBefore(tenant: TenantKey, before: Date, limit: number): Promise<readonly StoredUser[]> {
    return this.#session.read('findRetiredBefore', () => this.#statements.retiredBefore.all({ tenant, before: before.getTime(), limit }));
  }
}
