import type { StoredUser } from '../../domain/stored-user.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { ScimError } from '../../scim/scim-error.ts';
import type { UserStore } from '../user-store.ts';

/** @throws ScimError 404 */
export async function requireUser(store: UserStore, model: TenantModel, id: string): Promise<StoredUser> {
  const user = await store.findById(model.key, id);
  if (user === null) throw ScimError.notFound(`User ${JSON.stringify(id.slice(0, 100))}`);
  return user;
}
