import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { TenantKey } from '#common/tenant-key.ts';
import type { Member, MemberType } from '../../domain/stored-group.ts';
import type { DirectMembership, MembershipStore } from '../../provisioning/group-store.ts';
import { prepareMembershipReads, type MembershipReads } from './membership-statements.ts';
import type { SqliteSession } from './sqlite-session.ts';

/** A few milliseconds of work on the calling thread, after which others get their turn. */
const IDS_AT_ONCE = 1_000;

export class SqliteMembershipStore implements MembershipStore {
  readonly #session: SqliteSession;
  readonly #statements: MembershipReads;

  constructor(database: DatabaseSync, session: SqliteSession) {
    this.#session = session;
    this.#statements = prepareMembershipReads(database);
  }

  async members(
    tenant: TenantKey,
    groupId: string,
    { after, limit }: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly Member[]> {
    return this.#session.read('members', () => {
      const rows = this.#statements.membersAfter.all({ tenant, group_id: groupId, after: after ?? '', limit });
      return rows.map((row) => ({ id: String(row['member_id']), type: memberType(row['member_type']) }));
    });
  }

  async groupsOf(tenant: TenantKey, memberIds: readonly string[]): Promise<readonly DirectMembership[]> {
    const [first, ...others] = memberIds;
    if (first === undefined) return [];
    // Most often it is one person, whom no list has to be made and read for.
    if (others.length === 0) {
      return this.#session.read('groupsOf', () => this.#statements.groupsOfOne.all({ tenant, member_id: first }).map(membership));
    }
    const found: DirectMembership[] = [];
    for await (const ids of chunks(memberIds)) {
      for (const row of this.#session.read('groupsOf', () => this.#statements.groupsOf.all({ tenant, ids }))) found.push(membership(row));
    }
    return found;
  }

  async typesOf(tenant: TenantKey, ids: readonly string[]): Promise<ReadonlyMap<string, MemberType>> {
    const types = new Map<string, MemberType>();
    for await (const some of chunks(ids)) {
      for (const row of this.#session.read('typesOf', () => this.#statements.typesOf.all({ tenant, ids: some }))) {
        types.set(String(row['id']), memberType(row['type']));
      }
    }
    return types;
  }
}

/** Each id once, in JSON lists. */
async function* chunks(ids: readonly string[]): AsyncGenerator<string> {
  const distinct = [...new Set(ids)];
  for (let from = 0; from < distinct.length; from += IDS_AT_ONCE) {
    if (from > 0) await setImmediate();
    yield JSON.stringify(distinct.slice(from, from + IDS_AT_ONCE));
  }
}

function membership(row: Readonly<Record<string, SQLOutputValue>>): DirectMembership {
  return {
    member: String(row['member_id']),
    group: String(row['group_id']),
    displayName: String(JSON.parse(String(row['display_name']))),
  };
}

function memberType(value: SQLOutputValue | undefined): MemberType {
  return value === 'Group' ? 'Group' : 'User';
}
