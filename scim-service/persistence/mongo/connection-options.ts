import mongoose, { type ConnectOptions } from 'mongoose';

/** How long one command may run in the server; no command of ours takes more than a fraction of it. */
export const COMMAND_LIMIT_MS = 5_000;

/** What an acknowledgement means here, and how soon a broken store is known. These win over what the URI says. */
const DRIVER_OPTIONS = {
  // Acknowledged means: in the journals of a majority, so neither a crash nor a failover takes it back. Written one by
  // one, since the driver lets a URI's `journal=false` win over an object `writeConcern`.
  w: 'majority',
  journal: true,
  wtimeoutMS: COMMAND_LIMIT_MS,
  readPreference: 'primary',
  retryWrites: true,
  retryReads: true,
  // A client such as Entra comes back after a 503; a request that hangs only fills the queue behind it.
  serverSelectionTimeoutMS: 3_000,
  connectTimeoutMS: 3_000,
  waitQueueTimeoutMS: 3_000,
  // The last resort, for a server that holds the line and says nothing: later than each limit that it keeps itself.
  socketTimeoutMS: COMMAND_LIMIT_MS + 1_000,
} as const;

/** @param uri without the name of a database, people are kept in `scim` */
export function connectionOptions(uri: string): ConnectOptions {
  return {
    autoCreate: false,
    autoIndex: false,
    bufferCommands: false,
    ...DRIVER_OPTIONS,
    ...(namesDatabase(uri) ? {} : { dbName: 'scim' }),
  };
}

/** @throws Error that says what is wrong with the URI, without its password */
export function requireValidUri(uri: string): void {
  try {
    // The constructor reads the URI and opens nothing.
    void new mongoose.mongo.MongoClient(uri, DRIVER_OPTIONS);
  } catch (error) {
    throw new Error(`the MongoDB URI can't be used: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function namesDatabase(uri: string): boolean {
  return /^[^/]+:\/\/[^/]+\/[^?]/.test(uri);
}
