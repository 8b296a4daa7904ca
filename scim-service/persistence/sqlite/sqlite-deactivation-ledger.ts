import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TenantKey } from '#common/tenant-key.ts';
import type { DeactivationCounts } from '../../domain/deactivation-wave.ts';
import type { DeactivationLedger, StoredCounts } from '../../provisioning/deactivation-ledger.ts';
import type { SqliteSession } from './sqlite-session.ts';

export interface LedgerStatements {
  readonly read: StatementSync;
  readonly insert: StatementSync;
  readonly replace: StatementSync;
}

export function prepareLedger(database: DatabaseSync): LedgerStatements {
  return {
    read: database.prepare('SELECT version, counts FROM deactivations WHERE tenant = :tenant'),
    insert: database.prepare('INSERT INTO deactivations (tenant, version, counts) VALUES (:tenant, 1, :counts) ON CONFLICT DO NOTHING'),
    replace: database.prepare(
      'UPDATE deactivations SET version = version + 1, counts = :counts WHERE tenant = :tenant AND version = :expected_version',
    ),
  };
}

export class SqliteDeactivationLedger implements DeactivationLedger {
  readonly #session: SqliteSession;
  readonly #statements: LedgerStatements;

  constructor(database: DatabaseSync, session: SqliteSession) {
    this.#session = session;
    this.#statements = prepareLedger(database);
  }

  async read(tenant: TenantKey): Promise<StoredCounts | null> {
    return this.#session.read('readDeactivations', () => {
      const row = this.#statements.read.get({ tenant });
      return row ? { counts: JSON.parse(String(row['counts'])), version: Number(row['version']) } : null;
    });
  }

  async write(tenant: TenantKey, counts: DeactivationCounts, expectedVersion: number | null): Promise<boolean> {
    return this.#session.write('writeDeactivations', () => {
      const record = { tenant, counts: JSON.stringify(counts) };
      const { insert, replace } = this.#statements;
      const { changes } = expectedVersion === null ? insert.run(record) : replace.run({ ...record, expected_version: expectedVersion });
      return changes === 1;
    });
  }
}
