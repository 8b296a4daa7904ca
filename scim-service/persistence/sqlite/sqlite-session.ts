import type { DatabaseSync } from 'node:sqlite';
import { StoreUnavailableError } from '../../provisioning/scim-store.ts';
import { sqliteFault } from './sqlite-fault.ts';

/** Runs operations of a store on one connection, one after the other on the calling thread, and says what a failure means. */
export class SqliteSession {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** @throws StoreUnavailableError */
  read<T>(operation: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      const fault = sqliteFault(error);
      // A broken constraint is a fault of this program and no reason to come back later.
      throw fault === null || fault === 'constraint' ? error : new StoreUnavailableError(operation, error);
    }
  }

  /**
   * All of `work` or nothing of it.
   * @param taken makes the error for a second row with the key of a unique index
   * @throws StoreUnavailableError
   */
  write<T>(operation: string, work: () => T, taken: ((cause: unknown) => Error) | null = null): T {
    return this.read(operation, () => {
      // The lock is taken at the start: a transaction that reads first could find at its first write that it comes too late.
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.#database.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw taken !== null && sqliteFault(error) === 'taken' ? taken(error) : error;
      }
    });
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }
}
