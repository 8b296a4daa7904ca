import { isDeepStrictEqual } from 'node:util';
import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import type { UserLookup } from '../../domain/user-lookup.ts';
import type { PageRange, ScanOptions } from '../../provisioning/store-range.ts';
import type { UserPage, UserSearch, UserStore } from '../../provisioning/user-store.ts';
import type { Collections } from './collections.ts';
import { isDuplicateKey, translateTakenName } from './duplicate-key.ts';
import { memberIdsOf } from './membership-queries.ts';
import { changeMembershipsOf, type Fate } from './memberships-of-member.ts';
import { narrowUsers } from './narrow-scan.ts';
import { ResourceReader } from './resource-reader.ts';
import { LIMIT, type StoreSession } from './store-session.ts';
import { fromUserDocument, toUserDocument, type UserDocument } from './user-document.ts';
import { deletedUsers, visibleUsers } from './user-filters.ts';

/**
 * People in the collection `users` (see UserDocument for what a product may read there). What writes one document is one
 * atomic operation; what writes memberships too is a transaction.
 */
export class MongoUserStore implements UserStore, UserSearch {
  readonly #session: StoreSession;
  readonly #collections: Collections;
  readonly #reader: ResourceReader<UserDocument, StoredUser>;

  constructor(session: StoreSession, collections: Collections) {
    this.#session = session;
    this.#collections = collections;
    this.#reader = new ResourceReader(collections.users, fromUserDocument, { deleted: false });
  }

  insert(user: StoredUser): Promise<void> {
    return this.#session.run('insert', async () => {
      try {
        await this.#collections.users.insertOne({ ...toUserDocument(user) }, LIMIT);
      } catch (error) {
        // The driver sends a write again when its answer was lost, and not every server knows it for the same one.
        const stored = isDuplicateKey(error) ? await this.#reader.raw(user.id) : null;
        if (stored === null || !isDeepStrictEqual(fromUserDocument(stored), user)) throw translateTakenName(error, user);
      }
    });
  }

  replace(user: StoredUser, expectedVersion: number): Promise<boolean> {
    return this.#session.run('replace', async () => {
      try {
        const filter = { _id: user.id, tenant: user.tenant, version: expectedVersion, deleted: false };
        return (await this.#collections.users.replaceOne(filter, { ...toUserDocument(user) }, LIMIT)).matchedCount === 1;
      } catch (error) {
        throw translateTakenName(error, user);
      }
    });
  }

  retire(user: StoredUser, expectedVersion: number): Promise<boolean> {
    return this.#session.run('retire', () => this.#replaceWithMemberships(user, expectedVersion, 'hidden'));
  }

  revive(user: StoredUser, expectedVersion: number): Promise<boolean> {
    return this.#session.run('revive', () => this.#replaceWithMemberships(user, expectedVersion, 'shown'));
  }

  remove(tenant: TenantKey, id: string, expectedVersion: number, now: Date): Promise<boolean> {
    return this.#session.run('remove', () =>
      this.#session.transaction(async (session) => {
        const filter = { _id: id, tenant, version: expectedVersion };
        const { deletedCount } = await this.#collections.users.deleteOne(filter, { ...LIMIT, session });
        if (deletedCount === 1) await changeMembershipsOf(this.#collections, session, { tenant, id }, 'gone', now);
        else await session.abortTransaction();
        return deletedCount === 1;
      }),
    );
  }

  findById(tenant: TenantKey, id: string): Promise<StoredUser | null> {
    return this.#session.run('findById', () => this.#reader.byId(tenant, id));
  }

  findRetiredByUserName(tenant: TenantKey, userName: string): Promise<StoredUser | null> {
    return this.#session.run('findRetiredByUserName', async () => {
      const document = await this.#collections.users.findOne(deletedUsers(tenant, userName), { ...LIMIT, sort: { deletedAt: -1 } });
      return document && fromUserDocument(document);
    });
  }

  find(tenant: TenantKey, lookup: UserLookup, range: PageRange): Promise<UserPage> {
    return this.#session.run('find', async () => {
      const query = visibleUsers(tenant, lookup);
      const page = query
        ? await this.#reader.page(query, range)
        : await this.#reader.pageAt(tenant, await this.#reader.positions(tenant, await this.#idsBy(tenant, lookup)), range);
      return { totalResults: page.totalResults, users: page.resources };
    });
  }

  async *scan(tenant: TenantKey, lookup: UserLookup, options: ScanOptions): AsyncGenerator<readonly StoredUser[]> {
    const query = visibleUsers(tenant, lookup);
    if (query) {
      // A key finds a handful, which a further condition makes no fewer; it may only lead a server away from the key's index.
      const narrow = lookup.by === 'all' && options.narrow ? narrowUsers(options.narrow) : null;
      yield* this.#reader.scan(this.#session, 'scan', query, { ...options, narrow });
    } else {
      const read = async () => this.#reader.positions(tenant, await this.#idsBy(tenant, lookup));
      yield* this.#reader.scanAt(this.#session, 'scan', tenant, await this.#session.run('scan', read), options.after);
    }
  }

  count(tenant: TenantKey): Promise<number> {
    return this.#session.run('count', () => this.#reader.count({ tenant, deleted: false }));
  }

  /** For lookups that no index of users answers. */
  async #idsBy(tenant: TenantKey, lookup: UserLookup): Promise<readonly string[]> {
    if (lookup.by === 'all') return [];
    return lookup.by === 'group' ? memberIdsOf(this.#collections, tenant, lookup.value, 'User') : [lookup.value];
  }

  async #replaceWithMemberships(user: StoredUser, expectedVersion: number, fate: Exclude<Fate, 'gone'>): Promise<boolean> {
    try {
      return await this.#session.transaction(async (session) => {
        const filter = { _id: user.id, tenant: user.tenant, version: expectedVersion, deleted: fate === 'shown' };
        const result = await this.#collections.users.replaceOne(filter, { ...toUserDocument(user) }, { ...LIMIT, session });
        if (result.matchedCount === 1) await changeMembershipsOf(this.#collections, session, user, fate, user.lastModified);
        else await session.abortTransaction();
        return result.matchedCount === 1;
      });
    } catch (error) {
      throw translateTakenName(error, user);
    }
  }
}
