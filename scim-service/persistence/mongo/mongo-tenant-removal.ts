import type mongoose from 'mongoose';
import type { TenantKey } from '#common/tenant-key.ts';
import type { RemovalKey, RemovalRecord, TenantRemoval } from '../../provisioning/tenant-removal.ts';
import type { Collections } from './collections.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import { fromRemovalDocument, type RemovalDocument } from './removal-document.ts';
import type { Query } from './resource-reader.ts';
import { LIMIT, type StoreSession } from './store-session.ts';
import { linkedPeople } from './user-filters.ts';

type ClientSession = mongoose.mongo.ClientSession;

/** What a removal needs of a collection, whatever its documents are. */
interface Removable {
  readonly collection: mongoose.mongo.Collection;
  readonly query: Query;
}

/**
 * Each step is a transaction that writes the removal's record first: of two pods one begins anew after the other, and none
 * removes anything once the record says that it is over.
 */
export class MongoTenantRemoval implements TenantRemoval {
  readonly #session: StoreSession;
  readonly #collections: Collections;

  constructor(session: StoreSession, collections: Collections) {
    this.#session = session;
    this.#collections = collections;
  }

  begin({ tenant, id }: RemovalKey, now: Date): Promise<RemovalRecord> {
    return this.#session.run('beginRemoval', async () => {
      const { removals } = this.#collections;
      const known = await removals.findOne({ _id: id, tenant }, LIMIT);
      if (known !== null) return fromRemovalDocument(known);
      const document: RemovalDocument = { _id: id, tenant, startedAt: now, total: await this.#count(tenant), removed: 0, finishedAt: null };
      try {
        await removals.insertOne(document, LIMIT);
        return fromRemovalDocument(document);
      } catch (error) {
        // Another pod was first, or the answer to this very write was lost.
        const stored = isDuplicateKey(error) ? await removals.findOne({ _id: id, tenant }, LIMIT) : null;
        if (stored === null) throw error;
        return fromRemovalDocument(stored);
      }
    });
  }

  removeSome({ tenant, id }: RemovalKey, limit: number): Promise<RemovalRecord | null> {
    return this.#session.run('removeSome', async () => {
      const { removals } = this.#collections;
      const record = await this.#session.transaction(async (session) => {
        const options = { ...LIMIT, session };
        // A change of its own, since a write that changes nothing conflicts with nobody.
        const before = await removals.findOneAndUpdate({ _id: id, tenant, finishedAt: null }, { $inc: { steps: 1 } }, options);
        const removed = before === null ? 0 : await this.#remove(session, tenant, limit);
        if (before === null || removed === 0) {
          await session.abortTransaction();
          return before && fromRemovalDocument(before);
        }
        await removals.updateOne({ _id: id, tenant }, { $inc: { removed } }, options);
        return fromRemovalDocument({ ...before, removed: before.removed + removed });
      });
      return record ?? this.#find({ tenant, id });
    });
  }

  finish({ tenant, id }: RemovalKey, now: Date, leases: readonly string[]): Promise<RemovalRecord | null> {
    return this.#session.run('finishRemoval', async () => {
      const { removals, deactivations, leases: kept } = this.#collections;
      const finished = await this.#session.transaction(async (session) => {
        const options = { ...LIMIT, session };
        const record = await removals.findOneAndUpdate({ _id: id, tenant, finishedAt: null }, { $set: { finishedAt: now } }, options);
        if (record === null || (await this.#isLeft(session, tenant))) {
          await session.abortTransaction();
          return record === null ? 'none' : 'left';
        }
        await deactivations.deleteOne({ _id: tenant }, options);
        await kept.deleteMany({ _id: { $in: [...leases] } }, options);
        return 'finished';
      });
      return finished === 'left' ? null : this.#find({ tenant, id });
    });
  }

  async #find({ tenant, id }: RemovalKey): Promise<RemovalRecord | null> {
    const document = await this.#collections.removals.findOne({ _id: id, tenant }, LIMIT);
    return document && fromRemovalDocument(document);
  }

  /** @returns how many were removed */
  async #remove(session: ClientSession, tenant: TenantKey, limit: number): Promise<number> {
    const options = { ...LIMIT, session };
    let removed = 0;
    for (const { collection, query } of this.#removables(tenant)) {
      if (removed >= limit) break;
      const found = await collection.find(query, { ...options, projection: { _id: 1 }, limit: limit - removed }).toArray();
      if (found.length === 0) continue;
      // One by one in one command: each is found by its id whatever a server makes of a list of them.
      const deletions = found.map(({ _id }) => ({ deleteOne: { filter: { _id, tenant } } }));
      const { deletedCount } = await collection.bulkWrite(deletions, { ...options, ordered: false });
      removed += deletedCount;
    }
    return removed;
  }

  async #isLeft(session: ClientSession, tenant: TenantKey): Promise<boolean> {
    for (const { collection, query } of this.#removables(tenant)) {
      if ((await collection.findOne(query, { ...LIMIT, session, projection: { _id: 1 } })) !== null) return true;
    }
    return false;
  }

  async #count(tenant: TenantKey): Promise<number> {
    const counts = await Promise.all(this.#removables(tenant).map(({ collection, query }) => collection.countDocuments(query, LIMIT)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** In the order in which they go. */
  #removables(tenant: TenantKey): readonly Removable[] {
    const { users, groups, memberships } = this.#collections;
    const untyped = (collection: unknown) => collection as mongoose.mongo.Collection;
    return [
      { collection: untyped(users), query: linkedPeople(tenant) },
      { collection: untyped(groups), query: { tenant } },
      { collection: untyped(memberships), query: { tenant } },
    ];
  }
}
