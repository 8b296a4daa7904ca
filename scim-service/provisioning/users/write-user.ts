import type { StoredUser } from '../../domain/stored-user.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import type { ProvisioningParts } from '../provisioning-parts.ts';
import { writeVersioned, type WriteTarget } from '../write-versioned.ts';
import { guardDeactivation, type ReserveDeactivation } from './guard-deactivation.ts';
import { refuseTakenUserName } from './refuse-taken-user-name.ts';
import { requireUser } from './require-user.ts';

/**
 * Writes a person by writeVersioned; no store has changed while this runs.
 * @param write returns null when the store had another version by then; asks `reserve` first when it deactivates
 * @throws ScimError 404, 409 uniqueness, 412, 503
 */
export function writeUser<T>(
  parts: ProvisioningParts,
  model: TenantModel,
  target: WriteTarget,
  write: (stored: StoredUser, reserve: ReserveDeactivation) => Promise<T | null>,
): Promise<T> {
  const reserve = guardDeactivation(parts, model);
  const read = (): Promise<StoredUser> => requireUser(parts.store.users, model, target.id);
  return writeVersioned({ type: 'User', read }, target, (stored) => refuseTakenUserName(() => write(stored, reserve)));
}

/**
 * Writes what `change` makes of a person, if that is another.
 * @param change returns its argument when nothing changes; then nothing is written and the version stays
 * @throws ScimError as writeUser does
 */
export function changeUser(
  parts: ProvisioningParts,
  model: TenantModel,
  target: WriteTarget,
  change: (stored: StoredUser) => StoredUser,
): Promise<StoredUser> {
  return writeUser(parts, model, target, async (stored, reserve) => {
    const next = change(stored);
    if (next === stored) return stored;
    if (stored.resource.active && !next.resource.active) await reserve();
    return (await parts.store.users.replace(next, stored.version)) ? next : null;
  });
}
