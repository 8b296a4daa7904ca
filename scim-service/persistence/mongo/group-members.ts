import type mongoose from 'mongoose';
import type { TenantKey } from '#common/tenant-key.ts';
import type { Member, StoredGroup } from '../../domain/stored-group.ts';
import { TooManyMembersError, type MemberChange } from '../../provisioning/group-store.ts';
import { chunksOf } from './chunks-of.ts';
import type { Collections } from './collections.ts';
import { fromGroupDocument } from './group-document.ts';
import { addMembers, dropMembers, needsSettling, settleMembers, type HeldGroup } from './member-writes.ts';
import { nextVersion } from './memberships-of-member.ts';
import { LIMIT, type StoreSession } from './store-session.ts';
import { Turns } from './turns.ts';

type ClientSession = mongoose.mongo.ClientSession;

/**
 * Most memberships that one write may make and unmake. MongoDB ends a transaction after 60 s
 * (transactionLifetimeLimitSeconds); 100,000 memberships, with three entries in indexes each, take it some 10 s.
 */
export const MEMBERSHIPS_AT_ONCE = 100_000;
const FORGOTTEN_AT_ONCE = 250;
/** Writers of one group go one after the other; one takes some 10 ms. */
const LONGEST_WAIT_MS = 3_000;

/** Writes the members of groups, always in a transaction that has written the group first. */
export class GroupMembers {
  readonly #session: StoreSession;
  readonly #collections: Collections;
  readonly #turns = new Turns(LONGEST_WAIT_MS);

  constructor(session: StoreSession, collections: Collections) {
    this.#session = session;
    this.#collections = collections;
  }

  /** See GroupStore.changeMembers. */
  async change(
    tenant: TenantKey,
    id: string,
    asked: MemberChange,
    expectedVersion: number | null,
    now: Date,
  ): Promise<StoredGroup | 'gone' | 'stale'> {
    const change = await this.#without(tenant, id, asked);
    // A directory that starts anew sends all memberships again, and that shall cost no write.
    if (change.add.length + change.remove.length === 0) return this.#asItIs(tenant, id, expectedVersion);
    refuseTooMany(change.add.length + change.remove.length);
    const changed = await this.#turns.take(id, () =>
      this.#session.transaction((session) => this.#write(session, { tenant, id }, change, expectedVersion, now)),
    );
    if (changed === null) return (await this.#asItIs(tenant, id, null)) === 'gone' ? 'gone' : 'stale';
    const isSettled = await this.settle({ tenant, id }, change.add, now);
    return isSettled ? changed : this.#asItIs(tenant, id, null);
  }

  /** Makes `members` the whole list, in a transaction that has written the group. */
  async replaceAll(session: ClientSession, group: HeldGroup, members: readonly Member[]): Promise<void> {
    const wanted = new Map(members.map((member) => [member.id, member]));
    const options = { ...LIMIT, session, projection: { _id: 0, member: 1 } };
    const superfluous: string[] = [];
    for await (const { member } of this.#collections.memberships.find({ tenant: group.tenant, group: group.id }, options)) {
      if (!wanted.delete(member)) superfluous.push(member);
    }
    refuseTooMany(superfluous.length + wanted.size);
    await dropMembers(this.#collections, session, group, superfluous);
    await addMembers(this.#collections, session, group, [...wanted.values()], { areNew: true });
  }

  /** Gives a group that this transaction has made its first members. */
  async addFirst(session: ClientSession, group: HeldGroup, members: readonly Member[]): Promise<void> {
    refuseTooMany(members.length);
    await addMembers(this.#collections, session, group, withoutRepetition(members), { areNew: true });
  }

  /**
   * Deletes the memberships of a removed group, `limit` at most. What a transaction leaves of them is seen by nobody, since
   * its group isn't there.
   * @returns whether none is left
   */
  async forget(session: ClientSession | null, { tenant, id: group }: HeldGroup, limit: number): Promise<boolean> {
    const { memberships } = this.#collections;
    const options = { ...LIMIT, ...(session === null ? {} : { session }) };
    for (let forgotten = 0; forgotten < limit; forgotten += FORGOTTEN_AT_ONCE) {
      const page = { ...options, projection: { _id: 0, member: 1 }, limit: FORGOTTEN_AT_ONCE };
      const found = await memberships.find({ tenant, group }, page).toArray();
      if (found.length === 0) return true;
      await memberships.deleteMany({ tenant, group, member: { $in: found.map(({ member }) => member) } }, options);
    }
    return false;
  }

  /**
   * To be called after a transaction that added these members: very many aren't held in it, so that who was retired or removed
   * at the same time is looked after here.
   * @returns false when the group has yet another version by that
   */
  async settle({ tenant, id }: HeldGroup, members: readonly Member[], now: Date): Promise<boolean> {
    if (!needsSettling(members)) return true;
    let isSettled = true;
    for (const some of chunksOf(members)) {
      const changed = await this.#session.transaction(async (session) => {
        const isChanged = await settleMembers(this.#collections, session, { tenant, id }, some);
        if (isChanged) await this.#collections.groups.updateOne({ _id: id, tenant }, nextVersion(now), { ...LIMIT, session });
        return isChanged;
      });
      isSettled &&= !changed;
    }
    return isSettled;
  }

  /** Leaves out what is so already. */
  async #without(tenant: TenantKey, group: string, { add, remove }: MemberChange): Promise<MemberChange> {
    const present = new Set<string>();
    const options = { ...LIMIT, projection: { _id: 0, member: 1 } };
    for (const some of chunksOf([...add.map(({ id }) => id), ...remove])) {
      const found = await this.#collections.memberships.find({ tenant, group, member: { $in: some } }, options).toArray();
      for (const { member } of found) present.add(member);
    }
    return {
      add: withoutRepetition(add).filter(({ id }) => !present.has(id)),
      remove: [...new Set(remove)].filter((id) => present.has(id)),
    };
  }

  async #asItIs(tenant: TenantKey, id: string, expectedVersion: number | null): Promise<StoredGroup | 'gone' | 'stale'> {
    const document = await this.#collections.groups.findOne({ _id: id }, LIMIT);
    if (document === null || document.tenant !== tenant) return 'gone';
    return expectedVersion === null || document.version === expectedVersion ? fromGroupDocument(document) : 'stale';
  }

  /** @returns null when there is no such group of the expected version */
  async #write(
    session: ClientSession,
    { tenant, id }: HeldGroup,
    { add, remove }: MemberChange,
    expectedVersion: number | null,
    now: Date,
  ): Promise<StoredGroup | null> {
    const { groups } = this.#collections;
    const options = { ...LIMIT, session };
    const filter = { _id: id, tenant, ...(expectedVersion === null ? {} : { version: expectedVersion }) };
    // First of all, so that of two writers of one group the second knows at once.
    const document = await groups.findOneAndUpdate(filter, nextVersion(now), { ...options, returnDocument: 'before' });
    if (document === null) {
      await session.abortTransaction();
      return null;
    }
    const before = fromGroupDocument(document);
    const added = await addMembers(this.#collections, session, { tenant, id }, add, { areNew: false });
    const dropped = await dropMembers(this.#collections, session, { tenant, id }, remove);
    if (added.seen + dropped.seen > 0) {
      return { ...before, version: before.version + 1, lastModified: now > before.lastModified ? now : before.lastModified };
    }
    const { version, lastModified } = before;
    // Nobody sees memberships of retired people, so nobody is to see a new version.
    if (added.hidden + dropped.hidden > 0) await groups.updateOne({ _id: id, tenant }, { $set: { version, lastModified } }, options);
    else await session.abortTransaction();
    return before;
  }
}

function withoutRepetition(members: readonly Member[]): Member[] {
  return [...new Map(members.map((member) => [member.id, member])).values()];
}

function refuseTooMany(memberships: number): void {
  if (memberships > MEMBERSHIPS_AT_ONCE) throw new TooManyMembersError(memberships, MEMBERSHIPS_AT_ONCE);
}
