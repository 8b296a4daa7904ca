import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { COMMAND_LIMIT_MS } from './connection-options.ts';

type ClientSession = mongoose.mongo.ClientSession;

/**
 * Runs anew from its beginning after a conflict, so it has no effect but in the transaction. It may end the transaction
 * itself by `abortTransaction`; then its result is that of one that found nothing to write.
 */
export type TransactionWork<T> = (session: ClientSession) => Promise<T>;

/** How long a transaction is begun anew; a client such as Entra comes back after a 503. */
const RETRIES_WITHIN_MS = 5_000;
const FIRST_PAUSE_MS = 4;
const LONGEST_PAUSE_MS = 100;

const OPTIONS = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', j: true, wtimeoutMS: COMMAND_LIMIT_MS },
  readPreference: 'primary',
  maxCommitTimeMS: COMMAND_LIMIT_MS,
} as const;

/**
 * All of `work` or nothing of it, in the journals of a majority once it resolves, on one snapshot of the data. After a
 * conflict with another writer it is begun anew for RETRIES_WITHIN_MS; the driver's own `withTransaction` would go on for
 * two minutes, and would send a commit that nobody answers just as long.
 * @throws whatever `work` throws, and MongoError
 */
export async function runTransaction<T>(client: mongoose.mongo.MongoClient, work: TransactionWork<T>): Promise<T> {
  const deadline = performance.now() + RETRIES_WITHIN_MS;
  const session = client.startSession();
  try {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await attemptOnce(session, work, deadline);
      } catch (error) {
        if (!hasLabel(error, 'TransientTransactionError') || performance.now() > deadline) throw error;
      }
      // Jitter, so that those who met don't meet again.
      await sleep(Math.random() * Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS));
    }
  } finally {
    await session.endSession();
  }
}

async function attemptOnce<T>(session: ClientSession, work: TransactionWork<T>, deadline: number): Promise<T> {
  session.startTransaction(OPTIONS);
  try {
    const result = await work(session);
    if (session.inTransaction()) await commit(session, deadline);
    return result;
  } catch (error) {
    if (session.inTransaction()) await session.abortTransaction();
    throw error;
  }
}

/** A commit whose answer was lost is sent again: the server knows whether it was done. */
async function commit(session: ClientSession, deadline: number): Promise<void> {
  for (;;) {
    try {
      return await session.commitTransaction();
    } catch (error) {
      if (!hasLabel(error, 'UnknownTransactionCommitResult') || performance.now() > deadline) throw error;
    }
  }
}

function hasLabel(error: unknown, label: string): boolean {
  return error instanceof mongoose.mongo.MongoError && error.hasErrorLabel(label);
}
