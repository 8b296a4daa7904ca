/** What went wrong in SQLite, as far as this program makes a difference. */
export type SqliteFault = 'taken' | 'constraint' | 'not-a-database' | 'unavailable';

// Result codes of SQLite; the low byte of an extended one is its group (https://www.sqlite.org/rescode.html).
const SQLITE_CONSTRAINT = 19;
const SQLITE_NOTADB = 26;
/** A second row with the key of a unique index; the primary key has a code of its own. */
const SQLITE_CONSTRAINT_UNIQUE = 2067;

/** Null for an error that isn't SQLite's. Known by its codes, since an error of Node itself may be of another realm's class. */
export function sqliteFault(error: unknown): SqliteFault | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  // The database was closed.
  if (error.code === 'ERR_INVALID_STATE') return 'unavailable';
  if (error.code !== 'ERR_SQLITE_ERROR') return null;
  const errcode = 'errcode' in error ? Number(error.errcode) : 0;
  if (errcode === SQLITE_CONSTRAINT_UNIQUE) return 'taken';
  if ((errcode & 0xff) === SQLITE_CONSTRAINT) return 'constraint';
  // A full disk, a lock that lasts, a damaged file.
  return errcode === SQLITE_NOTADB ? 'not-a-database' : 'unavailable';
}
