import type mongoose from 'mongoose';
import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import type { UserUpkeep } from '../../provisioning/user-upkeep.ts';
import { chunksOf } from './chunks-of.ts';
import type { Collections } from './collections.ts';
import type { Query } from './resource-reader.ts';
import { LIMIT, type StoreSession } from './store-session.ts';
import { fromUserDocument, toUserDocument, type UserDocument } from './user-document.ts';
import { outdatedUsers, retiredBefore } from './user-filters.ts';

export class MongoUserUpkeep implements UserUpkeep {
  readonly #session: StoreSession;
  readonly #users: Collections['users'];

  constructor(session: StoreSession, { users }: Collections) {
    this.#session = session;
    this.#users = users;
  }

  findOutdated(tenant: TenantKey, projection: string, limit: number): Promise<readonly StoredUser[]> {
    return this.#session.run('findOutdated', async () => {
      const found: StoredUser[] = [];
      for (const query of outdatedUsers(tenant, projection)) {
        if (found.length < limit) found.push(...(await this.#find(query, { limit: limit - found.length })));
      }
      return found;
    });
  }

  countOutdated(tenant: TenantKey, projection: string): Promise<number> {
    return this.#session.run('countOutdated', async () => {
      const queries = outdatedUsers(tenant, projection) as mongoose.mongo.Filter<UserDocument>[];
      const counts = await Promise.all(queries.map((query) => this.#users.countDocuments(query, LIMIT)));
      return counts.reduce((sum, count) => sum + count, 0);
    });
  }

  refresh(users: readonly StoredUser[]): Promise<number> {
    return this.#session.run('refresh', async () => {
      let written = 0;
      for (const some of chunksOf(users)) {
        const updates = some.map((user) => ({ updateOne: refreshing(user) }));
        written += (await this.#users.bulkWrite(updates, { ...LIMIT, ordered: false })).matchedCount;
      }
      return written;
    });
  }

  findRetiredBefore(tenant: TenantKey, before: Date, limit: number): Promise<readonly StoredUser[]> {
    return this.#session.run('findRetiredBefore', async () =>
      // A limit of 0 would be none for MongoDB.
      limit === 0 ? [] : this.#find(retiredBefore(tenant, before), { sort: { deletedAt: 1 }, limit }),
    );
  }

  async #find(query: Query, options: mongoose.mongo.FindOptions): Promise<readonly StoredUser[]> {
    const documents = await this.#users.find(query as mongoose.mongo.Filter<UserDocument>, { ...LIMIT, ...options }).toArray();
    return documents.map(fromUserDocument);
  }
}

/** Sets fields and replaces nothing, so that what isn't the mapping's stays, such as `holds`. */
function refreshing(user: StoredUser) {
  const { _id, tenant, version, deleted, ...fields } = toUserDocument(user);
  // Of those that a document may lack, these come and go with the mapping.
  const unset = fields.externalId === undefined ? { $unset: { externalId: '' as const } } : {};
  return { filter: { _id, tenant, version, deleted }, update: { $set: fields, ...unset } };
}
