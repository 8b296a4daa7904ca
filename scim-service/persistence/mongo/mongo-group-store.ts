import { isDeepStrictEqual } from 'node:util';
import type { TenantKey } from '#common/tenant-key.ts';
import type { GroupLookup } from '../../domain/group-lookup.ts';
import type { Member, StoredGroup } from '../../domain/stored-group.ts';
import {
  DisplayNameTakenError,
  type GroupPage,
  type GroupSearch,
  type GroupStore,
  type MemberChange,
} from '../../provisioning/group-store.ts';
import type { PageRange, ScanOptions } from '../../provisioning/store-range.ts';
import type { Collections } from './collections.ts';
import { isDuplicateKey, translateDuplicateKey } from './duplicate-key.ts';
import { fromGroupDocument, toGroupDocument, type GroupDocument } from './group-document.ts';
import { groupsBy } from './group-filters.ts';
import { GroupMembers, MEMBERSHIPS_AT_ONCE } from './group-members.ts';
import { groupIdsOf } from './membership-queries.ts';
import { changeMembershipsOf } from './memberships-of-member.ts';
import { narrowGroups } from './narrow-scan.ts';
import { ResourceReader } from './resource-reader.ts';
import { LIMIT, type StoreSession } from './store-session.ts';

/** Groups in the collection `groups`, their members in `memberships`. */
export class MongoGroupStore implements GroupStore, GroupSearch {
  readonly #session: StoreSession;
  readonly #collections: Collections;
  readonly #members: GroupMembers;
  readonly #reader: ResourceReader<GroupDocument, StoredGroup>;

  constructor(session: StoreSession, collections: Collections) {
    this.#session = session;
    this.#collections = collections;
    this.#members = new GroupMembers(session, collections);
    this.#reader = new ResourceReader(collections.groups, fromGroupDocument, {});
  }

  insert(group: StoredGroup, members: readonly Member[]): Promise<void> {
    return this.#session.run('insertGroup', async () => {
      const { groups } = this.#collections;
      try {
        if (members.length === 0) await groups.insertOne({ ...toGroupDocument(group) }, LIMIT);
        else {
          await this.#session.transaction(async (session) => {
            await groups.insertOne({ ...toGroupDocument(group) }, { ...LIMIT, session });
            await this.#members.addFirst(session, group, members);
          });
        }
      } catch (error) {
        // As for users: a write whose answer was lost is sent again, and members came with their group.
        const stored = isDuplicateKey(error) ? await this.#reader.raw(group.id) : null;
        if (stored === null || !isDeepStrictEqual(fromGroupDocument(stored), group)) throw taken(error, group);
      }
      await this.#members.settle(group, members, group.lastModified);
    });
  }

  replace(group: StoredGroup, expectedVersion: number, members: readonly Member[] | null): Promise<boolean> {
    return this.#session.run('replaceGroup', async () => {
      const filter = { _id: group.id, tenant: group.tenant, version: expectedVersion };
      const document = { ...toGroupDocument(group) };
      try {
        if (members === null) return (await this.#collections.groups.replaceOne(filter, document, LIMIT)).matchedCount === 1;
        const isReplaced = await this.#session.transaction(async (session) => {
          const { matchedCount } = await this.#collections.groups.replaceOne(filter, document, { ...LIMIT, session });
          if (matchedCount === 1) await this.#members.replaceAll(session, group, members);
          else await session.abortTransaction();
          return matchedCount === 1;
        });
        if (isReplaced) await this.#members.settle(group, members, group.lastModified);
        return isReplaced;
      } catch (error) {
        throw taken(error, group);
      }
    });
  }

  changeMembers(
    tenant: TenantKey,
    id: string,
    change: MemberChange,
    expectedVersion: number | null,
    now: Date,
  ): Promise<StoredGroup | 'gone' | 'stale'> {
    return this.#session.run('changeMembers', () => this.#members.change(tenant, id, change, expectedVersion, now));
  }

  remove(tenant: TenantKey, id: string, expectedVersion: number, now: Date): Promise<boolean> {
    return this.#session.run('removeGroup', async () => {
      const outcome = await this.#session.transaction(async (session) => {
        const filter = { _id: id, tenant, version: expectedVersion };
        const { deletedCount } = await this.#collections.groups.deleteOne(filter, { ...LIMIT, session });
        if (deletedCount === 0) {
          await session.abortTransaction();
          return 'stale';
        }
        await changeMembershipsOf(this.#collections, session, { tenant, id }, 'gone', now);
        return (await this.#members.forget(session, { tenant, id }, MEMBERSHIPS_AT_ONCE)) ? 'removed' : 'members left';
      });
      if (outcome === 'members left') await this.#members.forget(null, { tenant, id }, Number.POSITIVE_INFINITY);
      return outcome !== 'stale';
    });
  }

  findById(tenant: TenantKey, id: string): Promise<StoredGroup | null> {
    return this.#session.run('findGroupById', () => this.#reader.byId(tenant, id));
  }

  find(tenant: TenantKey, lookup: GroupLookup, range: PageRange): Promise<GroupPage> {
    return this.#session.run('findGroups', async () => {
      const query = groupsBy(tenant, lookup);
      const page = query
        ? await this.#reader.page(query, range)
        : await this.#reader.pageAt(tenant, await this.#reader.positions(tenant, await this.#idsBy(tenant, lookup)), range);
      return { totalResults: page.totalResults, groups: page.resources };
    });
  }

  async *scan(tenant: TenantKey, lookup: GroupLookup, options: ScanOptions): AsyncGenerator<readonly StoredGroup[]> {
    const query = groupsBy(tenant, lookup);
    if (query) {
      const narrow = options.narrow && narrowGroups(options.narrow);
      yield* this.#reader.scan(this.#session, 'scanGroups', query, { ...options, narrow });
    } else {
      const read = async () => this.#reader.positions(tenant, await this.#idsBy(tenant, lookup));
      yield* this.#reader.scanAt(this.#session, 'scanGroups', tenant, await this.#session.run('scanGroups', read), options.after);
    }
  }

  count(tenant: TenantKey): Promise<number> {
    return this.#session.run('countGroups', () => this.#reader.count({ tenant }));
  }

  /** For lookups that no index of groups answers. */
  async #idsBy(tenant: TenantKey, lookup: GroupLookup): Promise<readonly string[]> {
    if (lookup.by === 'all') return [];
    return lookup.by === 'member' ? groupIdsOf(this.#collections, tenant, lookup.value) : [lookup.value];
  }
}

function taken(error: unknown, { id, resource }: StoredGroup): unknown {
  return translateDuplicateKey(error, id, () => new DisplayNameTakenError(resource.displayName));
}
