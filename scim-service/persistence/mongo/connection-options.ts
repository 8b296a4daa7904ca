import mongoose, { type ConnectOptions } from 'mongoose';

/** How long one command may run in the server: twice what the slowest page of a large tenant takes. */
export const COMMAND_LIMIT_MS = 5_000;

/**
 * What an acknowledgement means here, and how soon a broken store is known. They win over what the URI says.
 * @param uri with or without the name of a database; without, it is `scim`
 */
export function connectionOptions(uri: string): ConnectOptions {
  return {
    autoCreate: false,
    autoIndex: false,
    bufferCommands: false,
    // Acknowledged means: on the disks of a majority, so neither a crash nor a failover takes it back.
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: COMMAND_LIMIT_MS },
    readPreference: 'primary',
    retryWrites: true,
    retryReads: true,
    // A client such as Entra waits longer for an answer than for nothing, and a 503 lets it come back.
    serverSelectionTimeoutMS: 3_000,
    connectTimeoutMS: 3_000,
    waitQueueTimeoutMS: 3_000,
    // The last resort, for a server that holds the line and says nothing: later than each limit that it keeps itself.
    socketTimeoutMS: 2 * COMMAND_LIMIT_MS,
    ...(namesDatabase(uri) ? {} : { dbName: 'scim' }),
  };
}

/** @throws Error that says what is wrong with the URI, without its password */
export function requireValidUri(uri: string): void {
  try {
    // The constructor reads the URI and opens nothing.
    void new mongoose.mongo.MongoClient(uri);
  } catch (error) {
    throw new Error(`the MongoDB URI can't be used: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function namesDatabase(uri: string): boolean {
  return /^[^/]+:\/\/[^/]+\/[^?]/.test(uri);
}
