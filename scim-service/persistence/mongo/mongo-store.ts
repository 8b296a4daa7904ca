import type { Logger } from '#common/logger.ts';
import type { ScimStore } from '../../provisioning/scim-store.ts';
import { createIndexes, declareCollections, type Collections } from './collections.ts';
import { MongoDeactivationLedger } from './mongo-deactivation-ledger.ts';
import { MongoExistingPeople } from './mongo-existing-people.ts';
import { MongoGroupStore } from './mongo-group-store.ts';
import { MongoJobLeases } from './mongo-job-leases.ts';
import { MongoMembershipStore } from './mongo-membership-store.ts';
import { MongoTenantRemoval } from './mongo-tenant-removal.ts';
import { MongoUserStore } from './mongo-user-store.ts';
import { MongoUserUpkeep } from './mongo-user-upkeep.ts';
import { StoreConnection } from './store-connection.ts';
import { StoreSession, type OnOperation } from './store-session.ts';

/**
 * People and groups in MongoDB. A write is acknowledged once a majority has it in the journal; reads go to the primary.
 * What changes one document is one atomic operation on it, what changes several is a transaction.
 */
export interface MongoStore extends ScimStore, AsyncDisposable {
  /**
   * Resolves once the server was reached and has its indexes; until then each operation fails at once with
   * StoreUnavailableError. Outages later are the driver's to mend and don't show here.
   * Rejects with StandaloneServerError when the server isn't part of a replica set (the message has the command that makes
   * it one), and with StoreUnavailableError when the store was closed before. A rejection that nobody looks at is no fault.
   */
  readonly connected: Promise<void>;
}

/**
 * Answers at once, also while MongoDB is down: the store goes on trying in the background, see `connected`.
 * @param options.uri one that names no database means the database `scim`
 * @throws Error for a URI that can't be read
 */
export async function openMongoStore(options: {
  readonly uri: string;
  readonly logger: Logger;
  readonly onOperation?: OnOperation;
}): Promise<MongoStore> {
  const connection = new StoreConnection({ uri: options.uri, logger: options.logger, prepare: createIndexes });
  const session = new StoreSession(connection, options.onOperation ?? (() => {}));
  return new ConnectedStore(connection, session, declareCollections(connection.mongoose), options.logger);
}

class ConnectedStore implements MongoStore {
  readonly users: MongoUserStore;
  readonly groups: MongoGroupStore;
  readonly memberships: MongoMembershipStore;
  readonly existing: MongoExistingPeople;
  readonly deactivations: MongoDeactivationLedger;
  readonly upkeep: MongoUserUpkeep;
  readonly leases: MongoJobLeases;
  readonly removal: MongoTenantRemoval;
  readonly #connection: StoreConnection;
  readonly #session: StoreSession;

  constructor(connection: StoreConnection, session: StoreSession, collections: Collections, logger: Logger) {
    this.users = new MongoUserStore(session, collections);
    this.groups = new MongoGroupStore(session, collections);
    this.memberships = new MongoMembershipStore(session, collections);
    this.existing = new MongoExistingPeople(session, collections, logger);
    this.deactivations = new MongoDeactivationLedger(session, collections);
    this.upkeep = new MongoUserUpkeep(session, collections);
    this.leases = new MongoJobLeases(session, collections);
    this.removal = new MongoTenantRemoval(session, collections);
    this.#connection = connection;
    this.#session = session;
  }

  get connected(): Promise<void> {
    return this.#connection.connected;
  }

  ping(): Promise<void> {
    return this.#session.ping();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }
}
