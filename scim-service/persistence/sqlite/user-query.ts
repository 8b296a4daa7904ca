import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import { fromUserRow, type UserRow } from './user-row.ts';

interface QueryParameters extends Record<string, SQLInputValue> {
  readonly tenant: TenantKey;
}

/** A query that answers with people of one tenant. */
export class UserQuery {
  readonly #statement: StatementSync;

  /** @param sql selects USER_COLUMNS */
  constructor(database: DatabaseSync, sql: string) {
    this.#statement = database.prepare(sql);
    this.#statement.setReturnArrays(true);
  }

  get sourceSQL(): string {
    return this.#statement.sourceSQL;
  }

  first(parameters: QueryParameters): StoredUser | null {
    const row: unknown = this.#statement.get(parameters);
    return row === undefined ? null : fromUserRow(parameters.tenant, row as UserRow);
  }

  all(parameters: QueryParameters): StoredUser[] {
    const rows: unknown = this.#statement.all(parameters);
    return (rows as UserRow[]).map((row) => fromUserRow(parameters.tenant, row));
  }
}
