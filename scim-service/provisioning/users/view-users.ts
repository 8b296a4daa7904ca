import type { StoredUser } from '../../domain/stored-user.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import type { UserView } from '../../domain/user-view.ts';
import type { MembershipStore } from '../group-store.ts';
import { groupsOfUsers } from './groups-of-user.ts';

/** What of a person's view is wanted; what isn't is not read. */
export interface UserDetail {
  readonly groups: boolean;
}

const EVERYTHING: UserDetail = { groups: true };

/**
 * Reads a person's groups while the person is read or written, on whom they don't depend.
 * @param user may be on the way still
 */
export async function viewUser(
  memberships: MembershipStore,
  model: TenantModel,
  id: string,
  user: StoredUser | Promise<StoredUser>,
  detail?: UserDetail,
): Promise<UserView> {
  const [stored, groups] = await Promise.all([user, readGroups(memberships, model, [id], detail)]);
  return { user: stored, groups: groups.get(id) ?? [] };
}

/** The views of one page, their groups read all at once. */
export async function viewUsers(
  memberships: MembershipStore,
  model: TenantModel,
  users: readonly StoredUser[],
  detail?: UserDetail,
): Promise<readonly UserView[]> {
  const ids = users.map(({ id }) => id);
  const groups = await readGroups(memberships, model, ids, detail);
  return users.map((user) => ({ user, groups: groups.get(user.id) ?? [] }));
}

async function readGroups(
  memberships: MembershipStore,
  model: TenantModel,
  ids: readonly string[],
  detail: UserDetail = EVERYTHING,
): ReturnType<typeof groupsOfUsers> {
  return detail.groups && model.config.groups.enabled ? groupsOfUsers(memberships, model.key, ids) : new Map();
}
