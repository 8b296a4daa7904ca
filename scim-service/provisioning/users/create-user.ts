import { adoptedUser, newUser, revivedUser } from '../../domain/next-user.ts';
import { readUser } from '../../domain/read-user.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { userResource } from '../../domain/user-resource.ts';
import type { ExistingPerson } from '../existing-people-store.ts';
import type { ProvisioningParts } from '../provisioning-parts.ts';
import { reportIgnored } from '../report-ignored.ts';
import { retryLostRaces } from '../retry-lost-races.ts';
import { findExisting } from './find-existing.ts';
import { refuseTakenUserName } from './refuse-taken-user-name.ts';

/**
 * POST: a new person, or one who is there already (findExisting) and keeps their id.
 * @throws ScimError 400, 409 uniqueness, 503
 */
export async function createUser(parts: ProvisioningParts, model: TenantModel, body: unknown): Promise<StoredUser> {
  const sent = readUser(model, body);
  reportIgnored(parts, model, sent.ignored);
  const user = newUser(model, userResource(model, sent, true), { id: parts.newId(), now: new Date(parts.clock()) });
  return retryLostRaces('The person whom this one is to be', () =>
    refuseTakenUserName(async () => {
      const existing = await findExisting(parts, model, user);
      if (existing !== null) return bringBack(parts, model, existing, user);
      await parts.store.users.insert(user);
      return user;
    }),
  );
}

/** @returns null when the existing person is another by now */
async function bringBack(
  { store }: ProvisioningParts,
  model: TenantModel,
  existing: ExistingPerson,
  { resource, createdAt: now }: StoredUser,
): Promise<StoredUser | null> {
  if (existing.kind === 'retired') {
    const revived = revivedUser(model, existing.user, resource, now);
    return (await store.users.revive(revived, existing.user.version)) ? revived : null;
  }
  const adopted = adoptedUser(model, existing, resource, now);
  return (await store.existing.adopt(adopted, existing.person)) ? adopted : null;
}
