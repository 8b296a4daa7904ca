import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TenantKey } from '#common/tenant-key.ts';
import { matchKeys } from '../../domain/match-keys.ts';
import type { PersonRecord } from '../../domain/stored-user.ts';

export interface MatchKeyStatements {
  readonly add: StatementSync;
  readonly drop: StatementSync;
  readonly dropAll: StatementSync;
  readonly of: StatementSync;
}

export function prepareMatchKeys(database: DatabaseSync): MatchKeyStatements {
  return {
    add: database.prepare('INSERT INTO match_keys (tenant, match_key, person_id) VALUES (:tenant, :key, :id) ON CONFLICT DO NOTHING'),
    drop: database.prepare('DELETE FROM match_keys WHERE tenant = :tenant AND match_key = :key AND person_id = :id'),
    dropAll: database.prepare('DELETE FROM match_keys WHERE person_id = :id'),
    of: database.prepare('SELECT match_key FROM match_keys WHERE person_id = :id'),
  };
}

/** Writes what unlinked and retired people are found by, within the transaction that writes the people themselves. */
export class MatchKeyWriter {
  readonly #statements: MatchKeyStatements;

  constructor(database: DatabaseSync) {
    this.#statements = prepareMatchKeys(database);
  }

  /** Gives a person the keys of this record and no others. */
  set({ tenant, id, person }: { readonly tenant: TenantKey; readonly id: string; readonly person: PersonRecord }): void {
    const keys = new Set(matchKeys(person));
    const stored = new Set(this.#statements.of.all({ id }).map(({ match_key }) => String(match_key)));
    // What stays is left alone. Dropped before added: a text with half a surrogate pair is stored as another one.
    for (const key of stored) if (!keys.has(key)) this.#statements.drop.run({ tenant, key, id });
    for (const key of keys) if (!stored.has(key)) this.#statements.add.run({ tenant, key, id });
  }

  drop(id: string): void {
    this.#statements.dropAll.run({ id });
  }
}
