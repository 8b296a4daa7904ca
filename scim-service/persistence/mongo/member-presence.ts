import type mongoose from 'mongoose';
import type { TenantKey } from '#common/tenant-key.ts';
import type { Member } from '../../domain/stored-group.ts';
import type { Collections } from './collections.ts';
import { named } from './resource-reader.ts';
import { LIMIT } from './store-session.ts';
import { isLinked } from './unlinked-document.ts';

type ClientSession = mongoose.mongo.ClientSession;

/** By id: whether a member is seen, or retired. Who isn't there, and whoever is of another tenant, is missing. */
export type Presence = ReadonlyMap<string, boolean>;

/** A real change of the document, since a write that changes nothing conflicts with nobody. */
const HOLD = { $inc: { holds: 1 } };

/**
 * Reads what members are by writing to their documents: whoever retires, revives or removes one of them at the same time
 * writes there too, so that one of both transactions begins anew and sees what the other did.
 */
export async function holdMembers(
  collections: Collections,
  session: ClientSession,
  tenant: TenantKey,
  members: readonly Member[],
): Promise<Presence> {
  const { users, groups } = collections;
  const options = { ...LIMIT, session };
  const userIds = idsOf(members, 'User');
  const groupIds = idsOf(members, 'Group');
  const heldUsers =
    userIds.length === 0 ? 0 : (await users.updateMany({ _id: { $in: userIds }, tenant, deleted: false }, HOLD, options)).matchedCount;
  const heldGroups = groupIds.length === 0 ? 0 : (await groups.updateMany({ _id: { $in: groupIds }, tenant }, HOLD, options)).matchedCount;
  // The use case has just seen them all; only in a race is that not so any more.
  if (heldUsers === userIds.length && heldGroups === groupIds.length) return new Map([...userIds, ...groupIds].map((id) => [id, true]));
  if (heldUsers < userIds.length) await users.updateMany({ _id: { $in: userIds }, tenant, deleted: true }, HOLD, options);
  return readPresence(collections, session, tenant, members);
}

export async function readPresence(
  { people, groups }: Collections,
  session: ClientSession,
  tenant: TenantKey,
  members: readonly Member[],
): Promise<Presence> {
  const presence = new Map<string, boolean>();
  const options = { ...LIMIT, session };
  const foundPeople = people.find(named(idsOf(members, 'User')), { ...options, projection: { tenant: 1, deleted: 1 } });
  for (const person of await foundPeople.toArray()) {
    const { _id: id, tenant: owner } = person;
    if (owner === tenant && isLinked(person)) presence.set(id, !person.deleted);
  }
  const foundGroups = groups.find(named(idsOf(members, 'Group')), { ...options, projection: { tenant: 1 } });
  for (const { _id: id, tenant: owner } of await foundGroups.toArray()) if (owner === tenant) presence.set(id, true);
  return presence;
}

function idsOf(members: readonly Member[], type: Member['type']): string[] {
  return members.filter((member) => member.type === type).map(({ id }) => id);
}
