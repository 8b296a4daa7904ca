import type { StoredUser } from '../domain/stored-user.ts';
import type { TenantModel } from '../domain/tenant-model.ts';
import { createUser } from './create-user.ts';
import { deleteUser } from './delete-user.ts';
import { findUsers, type FoundUsers, type UserQuery } from './find-users.ts';
import { patchUser } from './patch-user.ts';
import type { ProvisioningParts } from './provisioning-parts.ts';
import { replaceUser } from './replace-user.ts';
import { requireUser } from './require-user.ts';

/**
 * What a directory does with the people of one tenant. Each method may throw ScimError, in the words that the client
 * gets, and StoreUnavailableError. Bodies are JSON as it came; `ifMatch` is the header's text.
 */
export interface UserProvisioning {
  /** POST. A person whom DELETE hid comes back under the old id. Throws 400, 409 uniqueness. */
  create(model: TenantModel, body: unknown): Promise<StoredUser>;
  /** @throws ScimError 404 */
  get(model: TenantModel, id: string): Promise<StoredUser>;
  /** @throws ScimError 400 invalidFilter */
  find(model: TenantModel, query: UserQuery): Promise<FoundUsers>;
  /** PUT. Throws 400, 404, 409 uniqueness, 412 and 503 when others keep writing the same person. */
  replace(model: TenantModel, id: string, body: unknown, ifMatch: string | null): Promise<StoredUser>;
  /** PATCH, whole or not at all. Throws as `replace` does. */
  patch(model: TenantModel, id: string, body: unknown, ifMatch: string | null): Promise<StoredUser>;
  /** DELETE, by the tenant's `users.onDelete`. Throws 404, 412, 503. */
  delete(model: TenantModel, id: string, ifMatch: string | null): Promise<void>;
}

export function createUserProvisioning(parts: ProvisioningParts): UserProvisioning {
  return {
    create: (model, body) => createUser(parts, model, body),
    get: (model, id) => requireUser(parts.store, model, id),
    find: (model, query) => findUsers(parts.store, model, query),
    replace: (model, id, body, ifMatch) => replaceUser(parts, model, { id, body, ifMatch }),
    patch: (model, id, body, ifMatch) => patchUser(parts, model, { id, body, ifMatch }),
    delete: (model, id, ifMatch) => deleteUser(parts, model, { id, ifMatch }),
  };
}
