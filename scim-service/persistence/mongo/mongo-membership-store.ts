import type { TenantKey } from '#common/tenant-key.ts';
import type { Member, MemberType } from '../../domain/stored-group.ts';
import type { DirectMembership, MembershipStore } from '../../provisioning/group-store.ts';
import { chunksOf } from './chunks-of.ts';
import type { Collections } from './collections.ts';
import { membershipsOf, membersOfGroup } from './membership-queries.ts';
import { named } from './resource-reader.ts';
import { LIMIT, type StoreSession } from './store-session.ts';
import { isLinked } from './unlinked-document.ts';

export class MongoMembershipStore implements MembershipStore {
  readonly #session: StoreSession;
  readonly #collections: Collections;

  constructor(session: StoreSession, collections: Collections) {
    this.#session = session;
    this.#collections = collections;
  }

  members(
    tenant: TenantKey,
    groupId: string,
    { after, limit }: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly Member[]> {
    return this.#session.run('members', async () => {
      // A limit of 0 would be none for MongoDB.
      if (limit === 0) return [];
      const found = await this.#collections.memberships
        .find(membersOfGroup(tenant, groupId, after), { ...LIMIT, projection: { _id: 0, member: 1, type: 1 }, sort: { member: 1 }, limit })
        .toArray();
      return found.map(({ member, type }) => ({ id: member, type }));
    });
  }

  groupsOf(tenant: TenantKey, memberIds: readonly string[]): Promise<readonly DirectMembership[]> {
    return this.#session.run('groupsOf', async () => {
      const found: { member: string; group: string }[] = [];
      for (const ids of chunksOf([...new Set(memberIds)])) {
        const projection = { _id: 0, member: 1, visible: 1, group: 1 };
        const all = await this.#collections.memberships.find(membershipsOf(tenant, ids), { ...LIMIT, projection }).toArray();
        found.push(...all.filter(({ visible }) => visible));
      }
      const names = await this.#displayNames(tenant, [...new Set(found.map(({ group }) => group))]);
      return found.flatMap(({ member, group }) => {
        const displayName = names.get(group);
        return displayName === undefined ? [] : [{ member, group, displayName }];
      });
    });
  }

  typesOf(tenant: TenantKey, ids: readonly string[]): Promise<ReadonlyMap<string, MemberType>> {
    return this.#session.run('typesOf', async () => {
      const types = new Map<string, MemberType>();
      for (const some of chunksOf([...new Set(ids)])) {
        const [people, groups] = await Promise.all([
          this.#collections.people.find(named(some), { ...LIMIT, projection: { tenant: 1, deleted: 1 } }).toArray(),
          this.#collections.groups.find(named(some), { ...LIMIT, projection: { tenant: 1 } }).toArray(),
        ]);
        for (const person of people) {
          const { _id: id, tenant: owner } = person;
          if (owner === tenant && isLinked(person) && !person.deleted) types.set(id, 'User');
        }
        for (const { _id: id, tenant: owner } of groups) if (owner === tenant) types.set(id, 'Group');
      }
      return types;
    });
  }

  async #displayNames(tenant: TenantKey, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const names = new Map<string, string>();
    const options = { ...LIMIT, projection: { tenant: 1, 'resource.displayName': 1 } };
    for (const some of chunksOf(ids)) {
      const groups = await this.#collections.groups.find(named(some), options).toArray();
      for (const { _id: id, tenant: owner, resource } of groups) {
        if (owner !== tenant || !('displayName' in resource) || typeof resource.displayName !== 'string') continue;
        names.set(id, resource.displayName);
      }
    }
    return names;
  }
}
