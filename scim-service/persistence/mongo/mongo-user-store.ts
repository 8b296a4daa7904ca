import { isDeepStrictEqual } from 'node:util';
import mongoose from 'mongoose';
import type { Logger } from '#common/logger.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import type { UserLookup } from '../../domain/user-lookup.ts';
import { StoreUnavailableError, type StoreHealth } from '../../provisioning/scim-store.ts';
import type { ScanOptions } from '../../provisioning/store-range.ts';
import { UserNameTakenError, type UserPage, type UserSearch, type UserStore } from '../../provisioning/user-store.ts';
import { COMMAND_LIMIT_MS } from './connection-options.ts';
import { StoreConnection } from './store-connection.ts';
import { fromDocument, toDocument, type UserDocument } from './user-document.ts';
import { deletedUsers, visibleUsers, type UserFilter } from './user-filters.ts';
import { createUserModel, userCollection, type UserCollection, type UserModel } from './user-model.ts';

/** Told after each operation, whether it worked or not; `operation` is the name of a method of UserStore, or `ping`. */
export type OnOperation = (operation: string, seconds: number) => void;

const LIMIT = { maxTimeMS: COMMAND_LIMIT_MS };

/**
 * People in MongoDB, in the collection `users` (see UserDocument for what a product may read there). Each write is one
 * atomic operation on one document, acknowledged once a majority has it in the journal; reads go to the primary.
 */
export interface MongoUserStore extends UserStore, UserSearch, StoreHealth, AsyncDisposable {
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
export async function openMongoUserStore(options: {
  readonly uri: string;
  readonly logger: Logger;
  readonly onOperation?: OnOperation;
}): Promise<MongoUserStore> {
  const connection = new StoreConnection({
    uri: options.uri,
    logger: options.logger,
    prepare: async ({ models }) => models['User']?.createIndexes(),
  });
  return new ConnectedUserStore(connection, createUserModel(connection.mongoose), options.onOperation ?? (() => {}));
}

class ConnectedUserStore implements MongoUserStore {
  readonly #connection: StoreConnection;
  readonly #users: UserModel;
  readonly #collection: UserCollection;
  readonly #onOperation: OnOperation;

  constructor(connection: StoreConnection, users: UserModel, onOperation: OnOperation) {
    this.#connection = connection;
    this.#users = users;
    this.#collection = userCollection(users);
    this.#onOperation = onOperation;
  }

  get connected(): Promise<void> {
    return this.#connection.connected;
  }

  insert(user: StoredUser): Promise<void> {
    return this.#run('insert', async () => {
      const document = toDocument(user);
      try {
        await this.#collection.insertOne({ ...document }, LIMIT);
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        // The driver sends a write again when its answer was lost, and not every server knows it for the same one.
        const stored = await this.#read(user.id);
        if (!isDeepStrictEqual(stored, document)) throw userNameTaken(error, user);
      }
    });
  }

  replace(user: StoredUser, expectedVersion: number): Promise<boolean> {
    return this.#replace('replace', user, expectedVersion, false);
  }

  retire(user: StoredUser, expectedVersion: number): Promise<boolean> {
    return this.#replace('retire', user, expectedVersion, false);
  }

  revive(user: StoredUser, expectedVersion: number): Promise<boolean> {
    return this.#replace('revive', user, expectedVersion, true);
  }

  #replace(operation: string, user: StoredUser, expectedVersion: number, deleted: boolean): Promise<boolean> {
    return this.#run(operation, async () => {
      try {
        const result = await this.#collection.replaceOne(
          { _id: user.id, tenant: user.tenant, version: expectedVersion, deleted },
          { ...toDocument(user) },
          LIMIT,
        );
        return result.matchedCount === 1;
      } catch (error) {
        throw isDuplicateKey(error) ? userNameTaken(error, user) : error;
      }
    });
  }

  remove(tenant: TenantKey, id: string, expectedVersion: number): Promise<boolean> {
    return this.#run('remove', async () => {
      const result = await this.#collection.deleteOne({ _id: id, tenant, version: expectedVersion }, LIMIT);
      return result.deletedCount === 1;
    });
  }

  findById(tenant: TenantKey, id: string): Promise<StoredUser | null> {
    return this.#run('findById', () => this.#visibleById(tenant, id));
  }

  findDeletedByUserName(tenant: TenantKey, userName: string): Promise<StoredUser | null> {
    return this.#run('findDeletedByUserName', async () => {
      const document = await this.#users
        .findOne(deletedUsers(tenant, userName), null, LIMIT)
        .sort({ deletedAt: -1 })
        .lean<UserDocument | null>();
      return document && fromDocument(document);
    });
  }

  find(tenant: TenantKey, lookup: UserLookup, page: { readonly offset: number; readonly limit: number }): Promise<UserPage> {
    return this.#run('find', async () => {
      if (lookup.by === 'id') {
        const user = await this.#visibleById(tenant, lookup.value);
        const found = user ? [user] : [];
        return { totalResults: found.length, users: found.slice(page.offset, page.offset + page.limit) };
      }
      return this.#page(visibleUsers(tenant, lookup), page);
    });
  }

  async *scan(tenant: TenantKey, lookup: UserLookup, { after }: ScanOptions): AsyncGenerator<readonly StoredUser[]> {
    if (lookup.by === 'id') {
      const user = await this.findById(tenant, lookup.value);
      const isBeyond =
        after === null ||
        (user !== null && (user.createdAt > after.createdAt || (Number(user.createdAt) === Number(after.createdAt) && user.id > after.id)));
      if (user !== null && isBeyond) yield [user];
      return;
    }
    const filter = visibleUsers(tenant, lookup);
    let place = after;
    for (;;) {
      const beyond = place && { $or: [{ createdAt: { $gt: place.createdAt } }, { createdAt: place.createdAt, _id: { $gt: place.id } }] };
      const { users } = await this.#run('scan', () => this.#page({ ...filter, ...beyond }, { offset: 0, limit: 500 }));
      if (users.length > 0) yield users;
      place = users.at(-1) ?? null;
      if (users.length < 500) return;
    }
  }

  count(tenant: TenantKey): Promise<number> {
    return this.#run('count', () => this.#count(visibleUsers(tenant, { by: 'all' })));
  }

  ping(): Promise<void> {
    return this.#run('ping', async () => {
      await this.#users.db.db?.admin().command({ ping: 1, maxTimeMS: COMMAND_LIMIT_MS });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }

  async #page(filter: UserFilter, { offset, limit }: { readonly offset: number; readonly limit: number }): Promise<UserPage> {
    // A limit of 0 would be none for MongoDB.
    if (limit === 0) return { totalResults: await this.#count(filter), users: [] };
    const documents = await this.#users
      .find(filter, null, { ...LIMIT, skip: offset, limit, sort: { createdAt: 1, _id: 1 } })
      .lean<UserDocument[]>();
    // A first page with room left holds them all; that spares most searches the second command.
    const complete = documents.length < limit && (offset === 0 || documents.length > 0);
    const totalResults = complete ? offset + documents.length : await this.#count(filter);
    return { totalResults, users: documents.map(fromDocument) };
  }

  #count(filter: UserFilter): Promise<number> {
    return this.#users.countDocuments(filter, LIMIT).exec();
  }

  async #visibleById(tenant: TenantKey, id: string): Promise<StoredUser | null> {
    const document = await this.#read(id);
    return document && document.tenant === tenant && !document.deleted ? fromDocument(document) : null;
  }

  /** By `_id` alone, which is MongoDB's quickest path; whose person it is, the caller looks at. */
  #read(id: string): Promise<UserDocument | null> {
    return this.#users.findOne({ _id: id }, null, LIMIT).lean<UserDocument | null>().exec();
  }

  async #run<T>(operation: string, work: () => Promise<T>): Promise<T> {
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
}

function isDuplicateKey(error: unknown): error is mongoose.mongo.MongoServerError {
  return error instanceof mongoose.mongo.MongoServerError && error.code === 11_000;
}

/** Ids are random, so the userName is the only key that two people can have in common. */
function userNameTaken(error: mongoose.mongo.MongoServerError, user: StoredUser): Error {
  const keyPattern: unknown = error['keyPattern'];
  const isId = typeof keyPattern === 'object' && keyPattern !== null && '_id' in keyPattern;
  return isId ? new Error(`the id ${user.id} was given twice`, { cause: error }) : new UserNameTakenError(user.resource.userName);
}

function isStoreFailure(error: unknown): boolean {
  return error instanceof mongoose.mongo.MongoError || error instanceof mongoose.Error;
}
