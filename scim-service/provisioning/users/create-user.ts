import { nameTargets } from '../../domain/name-targets.ts';
import { newUser, revivedUser, userResource } from '../../domain/next-user.ts';
import { selectAttributes } from '../../domain/select-attributes.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { readResource } from '../../scim/resource/read-resource.ts';
import type { ProvisioningParts } from '../provisioning-parts.ts';
import { refuseTakenUserName } from './refuse-taken-user-name.ts';
import { reportIgnored } from '../report-ignored.ts';

/** @throws ScimError 400, 409 uniqueness */
export async function createUser(parts: ProvisioningParts, model: TenantModel, body: unknown): Promise<StoredUser> {
  const { resource: sent, ignored } = nameTargets(model, () => readResource(body, model.schemas));
  const selected = selectAttributes(sent, model.selection);
  reportIgnored(parts, model, [...ignored, ...selected.dropped]);
  const resource = userResource(selected.resource, true);
  const user = newUser(model, resource, { id: parts.newId(), now: new Date(parts.clock()) });
  return (await revive(parts, model, user)) ?? (await insert(parts, user));
}

async function insert({ store }: ProvisioningParts, user: StoredUser): Promise<StoredUser> {
  await refuseTakenUserName(() => store.users.insert(user));
  return user;
}

/** @returns null when there is nobody to revive, or another request did it first */
async function revive({ store }: ProvisioningParts, model: TenantModel, user: StoredUser): Promise<StoredUser | null> {
  if (model.config.users.onDelete === 'Remove') return null;
  const tombstone = await store.users.findDeletedByUserName(model.key, user.resource.userName);
  if (tombstone === null) return null;
  const revived = revivedUser(model, tombstone, user.resource, user.createdAt);
  return (await refuseTakenUserName(() => store.users.revive(revived, tombstone.version))) ? revived : null;
}
