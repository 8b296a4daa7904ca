import type mongoose from 'mongoose';
import type { TenantKey } from '#common/tenant-key.ts';
import type { Member } from '../../domain/stored-group.ts';
import { chunksOf } from './chunks-of.ts';
import type { Collections } from './collections.ts';
import { holdMembers, readPresence } from './member-presence.ts';
import { LIMIT } from './store-session.ts';

type ClientSession = mongoose.mongo.ClientSession;

/** A group whose document this transaction has written, so that nobody else writes its memberships. */
export interface HeldGroup {
  readonly tenant: TenantKey;
  readonly id: string;
}

/** Memberships written: those that are seen, and those of retired people. */
export interface MembershipCounts {
  readonly seen: number;
  readonly hidden: number;
}

/** More are settled after the transaction: it would last for seconds, and meet each change of any of these people. */
const HELD_AT_ONCE = 1_000;

/** Whether `settleMembers` must follow the transaction that adds these. */
export function needsSettling(members: readonly Member[]): boolean {
  return members.length > HELD_AT_ONCE;
}

/**
 * Adds members who are there, in whatever state they are.
 * @param options.areNew none of them has a membership in the group yet
 */
export async function addMembers(
  collections: Collections,
  session: ClientSession,
  { tenant, id: group }: HeldGroup,
  members: readonly Member[],
  { areNew }: { readonly areNew: boolean },
): Promise<MembershipCounts> {
  const presenceOf = needsSettling(members) ? readPresence : holdMembers;
  const options = { ...LIMIT, session, ordered: false };
  let [seen, hidden] = [0, 0];
  for (const some of chunksOf(members)) {
    const presence = await presenceOf(collections, session, tenant, some);
    const rows = some.flatMap(({ id: member, type }) => {
      const visible = presence.get(member);
      return visible === undefined ? [] : [{ tenant, group, member, type, visible }];
    });
    if (rows.length === 0) continue;
    let written = rows;
    if (areNew) {
      await collections.memberships.insertMany(rows, options);
    } else {
      const upserts = rows.map(({ type, visible, ...filter }) => ({
        updateOne: { filter, update: { $setOnInsert: { type, visible } }, upsert: true },
      }));
      const { upsertedIds } = await collections.memberships.bulkWrite(upserts, options);
      written = rows.filter((_, index) => Object.hasOwn(upsertedIds, index));
    }
    const visible = written.filter((row) => row.visible).length;
    [seen, hidden] = [seen + visible, hidden + written.length - visible];
  }
  return { seen, hidden };
}

export async function dropMembers(
  { memberships }: Collections,
  session: ClientSession,
  { tenant, id: group }: HeldGroup,
  ids: readonly string[],
): Promise<MembershipCounts> {
  let [seen, hidden] = [0, 0];
  for (const some of chunksOf(ids)) {
    const named = { tenant, group, member: { $in: some } };
    const options = { ...LIMIT, session };
    const { deletedCount } = await memberships.deleteMany({ ...named, visible: true }, options);
    seen += deletedCount;
    if (deletedCount < some.length) hidden += (await memberships.deleteMany({ ...named, visible: false }, options)).deletedCount;
  }
  return { seen, hidden };
}

/**
 * Brings memberships in line with what their members are now: hidden, seen, or gone.
 * @returns whether anybody could see a difference
 */
export async function settleMembers(
  collections: Collections,
  session: ClientSession,
  { tenant, id: group }: HeldGroup,
  members: readonly Member[],
): Promise<boolean> {
  const presence = await holdMembers(collections, session, tenant, members);
  const idsOf = (state: boolean | undefined): string[] => members.map(({ id }) => id).filter((id) => presence.get(id) === state);
  let changed = 0;
  for (const visible of [true, false]) {
    const ids = idsOf(visible);
    if (ids.length === 0) continue;
    const filter = { tenant, group, member: { $in: ids }, visible: !visible };
    changed += (await collections.memberships.updateMany(filter, { $set: { visible } }, { ...LIMIT, session })).modifiedCount;
  }
  const gone = await dropMembers(collections, session, { tenant, id: group }, idsOf(undefined));
  return changed + gone.seen > 0;
}
