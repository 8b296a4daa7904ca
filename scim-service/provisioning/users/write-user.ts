import type { StoredUser } from '../../domain/stored-user.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { refuseTakenUserName } from './refuse-taken-user-name.ts';
import { requireUser } from './require-user.ts';
import type { UserStore } from '../user-store.ts';
import { writeVersioned, type WriteTarget } from '../write-versioned.ts';

/**
 * Writes a person by writeVersioned; no store has changed while this runs.
 * @param write returns null when the store had another version by then
 * @throws ScimError 404, 409 uniqueness, 412, 503
 */
export function writeUser<T>(
  store: UserStore,
  model: TenantModel,
  target: WriteTarget,
  write: (stored: StoredUser) => Promise<T | null>,
): Promise<T> {
  const read = (): Promise<StoredUser> => requireUser(store, model, target.id);
  return writeVersioned({ type: 'User', read }, target, (stored) => refuseTakenUserName(() => write(stored)));
}

/**
 * Writes what `change` makes of a person, if that is another.
 * @param change returns its argument when nothing changes; then nothing is written and the version stays
 * @throws ScimError as writeUser does
 */
export function changeUser(
  store: UserStore,
  model: TenantModel,
  target: WriteTarget,
  change: (stored: StoredUser) => StoredUser,
): Promise<StoredUser> {
  return writeUser(store, model, target, async (stored) => {
    const next = change(stored);
    return next === stored || (await store.replace(next, stored.version)) ? next : null;
  });
}
