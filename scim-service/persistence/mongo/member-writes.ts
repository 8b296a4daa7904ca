import type mongoose from 'mongoose';
import type { TenantKey } from '#common/tenant-key.ts';
import type { Member } from '../../domain/stored-group.ts';
import { chunksOf } from './chunks-of.ts';
import type { Collections } from './collections.ts';
import { holdMembers, readPresence } from './member-presence.ts';
import type { MembershipDocument } from './membership-document.ts';
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
  const counts = { seen: 0, hidden: 0 };
  for (const some of chunksOf(ids)) {
    const seen = await deleteRows(
      memberships,
      session,
      some.map((member) => ({ tenant, group, member, visible: true })),
    );
    counts.seen += seen;
    if (seen === some.length) continue;
    counts.hidden += await deleteRows(
      memberships,
      session,
      some.map((member) => ({ tenant, group, member, visible: false })),
    );
  }
  return counts;
}

async function deleteRows(
  memberships: Collections['memberships'],
  session: ClientSession,
  filters: readonly Omit<MembershipDocument, 'type'>[],
): Promise<number> {
  const deletions = filters.map((filter) => ({ deleteOne: { filter } }));
  return (await memberships.bulkWrite(deletions, { ...LIMIT, session, ordered: false })).deletedCount;
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
  const options = { ...LIMIT, session };
  const filter = { tenant, group, member: { $in: members.map(({ id }) => id) } };
  const rows = await collections.memberships.find(filter, { ...options, projection: { member: 1, visible: 1 } }).toArray();
  const others = rows.filter(({ member, visible }) => presence.get(member) !== visible);
  if (others.length === 0) return false;
  const changes = others.map(({ _id, member }) => {
    const visible = presence.get(member);
    const row = { _id, tenant };
    return visible === undefined ? { deleteOne: { filter: row } } : { updateOne: { filter: row, update: { $set: { visible } } } };
  });
  await collections.memberships.bulkWrite(changes, { ...options, ordered: false });
  return others.some(({ member, visible }) => visible || presence.get(member) === true);
}
