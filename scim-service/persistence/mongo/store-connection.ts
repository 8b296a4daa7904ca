import mongoose, { type Connection } from 'mongoose';
import type { Logger } from '#common/logger.ts';
import { waitUnlessAborted } from '#common/wait.ts';
import { StoreUnavailableError } from '../../provisioning/scim-store.ts';
import { connectionOptions, requireValidUri } from './connection-options.ts';
import { requireReplicaSet, StandaloneServerError } from './require-replica-set.ts';

const FIRST_WAIT_MS = 250;
/** A server that comes back is found within this and the time that one attempt takes. */
const LONGEST_WAIT_MS = 5_000;

/**
 * A connection of our own to MongoDB that keeps trying until the server is there, fit (a replica set) and prepared.
 * From then on the driver finds its way back by itself after each outage.
 */
export class StoreConnection implements AsyncDisposable {
  /** See MongoStore.connected. */
  readonly connected: Promise<void>;
  readonly mongoose: Connection = mongoose.createConnection();
  readonly #uri: string;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  #opened = false;
  #obstacle: unknown = new Error('not connected yet');

  /**
   * @param prepare makes what must be there before the first operation, such as indexes; run anew after a failure
   * @throws Error for a URI that can't be read
   */
  constructor(parts: { readonly uri: string; readonly logger: Logger; readonly prepare: (connection: Connection) => Promise<void> }) {
    requireValidUri(parts.uri);
    this.#uri = parts.uri;
    this.#logger = parts.logger;
    this.mongoose.on('error', (error: unknown) => this.#logger.debug({ err: error }, 'MongoDB connection error'));
    this.connected = this.#connect(() => parts.prepare(this.mongoose));
    // Whoever doesn't look at it learns the same from each operation.
    this.connected.catch(() => {});
  }

  /** @throws StoreUnavailableError as long as the store was never connected, or is closed */
  requireConnected(operation: string): void {
    if (this.#obstacle !== null) throw new StoreUnavailableError(operation, this.#obstacle);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#obstacle ??= new Error('closed');
    this.#stop.abort();
    // Ends an attempt that is under way.
    if (!this.#opened) await (this.mongoose.getClient() as mongoose.mongo.MongoClient | null)?.close();
    await this.connected.catch(() => {});
    await this.mongoose.destroy();
  }

  async #connect(prepare: () => Promise<void>): Promise<void> {
    for (let wait = FIRST_WAIT_MS; !this.#stop.signal.aborted; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      try {
        await this.#open();
        await this.#check();
        await prepare();
        if (this.#stop.signal.aborted) break;
        this.#ready();
        return;
      } catch (error) {
        this.#obstacle = error;
        if (error instanceof StandaloneServerError) throw error;
        if (!this.#stop.signal.aborted) this.#logger.warn({ err: error, retryMs: wait }, 'MongoDB is not ready');
      }
      await waitUnlessAborted(wait, this.#stop.signal);
    }
    throw new StoreUnavailableError('connect', new Error('closed before the store was connected'));
  }

  /** Once: after that the driver connects again by itself, and a second call would start a second client. */
  async #open(): Promise<void> {
    if (this.#opened) return;
    await this.mongoose.openUri(this.#uri, connectionOptions(this.#uri));
    this.#opened = true;
  }

  async #check(): Promise<void> {
    const hello = await this.mongoose.db?.admin().command({ hello: 1 });
    requireReplicaSet(hello ?? {}, `${this.mongoose.host}:${this.mongoose.port}`);
  }

  #ready(): void {
    this.#obstacle = null;
    this.#logger.info({ database: this.mongoose.name }, 'MongoDB connected');
    this.mongoose.on('disconnected', () => {
      if (!this.#stop.signal.aborted) this.#logger.warn('MongoDB connection lost');
    });
    this.mongoose.on('reconnected', () => this.#logger.info('MongoDB connection is back'));
  }
}
