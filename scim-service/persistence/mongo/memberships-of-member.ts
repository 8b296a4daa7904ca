import type mongoose from 'mongoose';
import type { TenantKey } from '#common/tenant-key.ts';
import type { Collections } from './collections.ts';
import { LIMIT } from './store-session.ts';

/** What becomes of all memberships of a member. */
export type Fate = 'hidden' | 'shown' | 'gone';

/** What a group gets whose members are others now; `lastModified` never goes back in time. */
export function nextVersion(now: Date) {
  return { $inc: { version: 1 }, $max: { lastModified: now } };
}

/**
 * Changes the memberships of a member whose own document this transaction has written, and gives the groups in which
 * that is seen the next version.
 */
export async function changeMembershipsOf(
  { groups, memberships }: Collections,
  session: mongoose.mongo.ClientSession,
  { tenant, id: member }: { readonly tenant: TenantKey; readonly id: string },
  fate: Fate,
  now: Date,
): Promise<void> {
  const options = { ...LIMIT, session };
  const affected = { tenant, member, visible: fate !== 'shown' };
  const found = await memberships.find(affected, { ...options, projection: { _id: 0, group: 1 } }).toArray();
  if (fate === 'gone') await memberships.deleteMany({ tenant, member }, options);
  if (found.length === 0) return;
  if (fate !== 'gone') await memberships.updateMany(affected, { $set: { visible: fate === 'shown' } }, options);
  await groups.updateMany({ _id: { $in: found.map(({ group }) => group) }, tenant }, nextVersion(now), options);
}
