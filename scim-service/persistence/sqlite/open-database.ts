import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sqliteFault } from './sqlite-fault.ts';
import { APPLICATION_ID, SCHEMA_STEPS } from './schema-steps.ts';

/** A file that can't be this program's store; it was left as it is. */
class UnusableStoreFileError extends Error {
  readonly code = 'unusable_store_file';
  readonly file: string;
  constructor(file: string, reason: string, options?: ErrorOptions) {
    super(`the store's file ${JSON.stringify(file)} can't be used: ${reason}`, options);
    this.name = 'UnusableStoreFileError';
    this.file = file;
  }
}

/**
 * Opens the file, makes it (readable by its owner alone) and its folder when they aren't there, and brings it to the
 * current schema.
 * @throws UnusableStoreFileError
 */
export function openDatabase(file: string): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    if (file !== ':memory:') createPrivateFile(file);
    // A backup tool or a shell may hold a lock for a moment; longer would hold up this whole program, which waits with it.
    database = new DatabaseSync(file, { timeout: 1_000 });
    refuseForeign(database, file);
    // A commit in the write-ahead log with FULL is on the disk before it is acknowledged: it survives kill -9 and loss of power.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    // What a mapping no longer takes, and whoever was removed, is not left in the free space of the file.
    database.exec('PRAGMA secure_delete = ON');
    migrate(database, file);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof UnusableStoreFileError) throw error;
    throw new UnusableStoreFileError(file, reasonOf(error), { cause: error });
  }
}

/** People's data is nobody else's; SQLite gives the mode of the file to its -wal and -shm files too. */
function createPrivateFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
}

function refuseForeign(database: DatabaseSync, file: string): void {
  const applicationId = readPragma(database, 'application_id');
  const version = readPragma(database, 'user_version');
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (applicationId !== APPLICATION_ID && !isEmpty) {
    throw new UnusableStoreFileError(file, 'it is a database of another program; name another file');
  }
  if (version > SCHEMA_STEPS.length) {
    throw new UnusableStoreFileError(
      file,
      `a newer version of this program wrote it (schema ${version}, this one knows up to ${SCHEMA_STEPS.length}); start that version`,
    );
  }
}

function migrate(database: DatabaseSync, file: string): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    // Read anew under the lock: another process may have opened the file at the same time.
    refuseForeign(database, file);
    const version = readPragma(database, 'user_version');
    for (const step of SCHEMA_STEPS.slice(version)) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_STEPS.length}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function readPragma(database: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function reasonOf(error: unknown): string {
  if (sqliteFault(error) === 'not-a-database') return 'it is not an SQLite database; name another file';
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
