import mongoose from 'mongoose';
import { StoreUnavailableError } from '../../provisioning/scim-store.ts';
import { COMMAND_LIMIT_MS } from './connection-options.ts';
import { runTransaction, type TransactionWork } from './run-transaction.ts';
import type { StoreConnection } from './store-connection.ts';

/**
 * Told after each operation, whether it worked or not. `operation` is the name of a method of the store, with its subject
 * where the name alone says too little, such as `takeLease`; or `makeMatchKeys`, or `ping`.
 */
export type OnOperation = (operation: string, seconds: number) => void;

/** Options of each command. */
export const LIMIT = { maxTimeMS: COMMAND_LIMIT_MS };

/** Runs the operations of a store: measures them, and says what a failure means. */
export class StoreSession {
  readonly #connection: StoreConnection;
  readonly #onOperation: OnOperation;

  constructor(connection: StoreConnection, onOperation: OnOperation) {
    this.#connection = connection;
    this.#onOperation = onOperation;
  }

  /** @throws StoreUnavailableError for whatever goes wrong in MongoDB and on the way to it */
  async run<T>(operation: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      this.#connection.requireConnected(operation);
      return await work();
    } catch (error) {
      throw isStoreFailure(error) ? new StoreUnavailableError(operation, error) : error;
    } finally {
      this.#onOperation(operation, (performance.now() - start) / 1_000);
    }
  }

  /** All of `work` or nothing of it; see runTransaction. Within `run` only. */
  transaction<T>(work: TransactionWork<T>): Promise<T> {
    return runTransaction(this.#connection.mongoose.getClient(), work);
  }

  ping(): Promise<void> {
    return this.run('ping', async () => {
      await this.#connection.mongoose.db?.admin().command({ ping: 1, ...LIMIT });
    });
  }
}

/**
 * Of a socket, as Node says it. The driver passes such an error on as it is when the server has hung up and a command is written to
 * the socket before that is known.
 */
const SOCKET_FAILURES: ReadonlySet<unknown> = new Set([
  'EPIPE',
  'ECONNRESET',
  'ETIMEDOUT',
  'ERR_SOCKET_CLOSED',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);

function isStoreFailure(error: unknown): boolean {
  return error instanceof mongoose.mongo.MongoError || error instanceof mongoose.Error || isSocketFailure(error);
}

function isSocketFailure(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && SOCKET_FAILURES.has(error.code);
}
