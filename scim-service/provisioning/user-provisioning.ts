import type { TenantModel } from '../domain/tenant-model.ts';
import type { UserView } from '../domain/user-view.ts';
import { createUser } from './users/create-user.ts';
import { deleteUser } from './users/delete-user.ts';
import { findUsers } from './users/find-users.ts';
import { patchUser } from './users/patch-user.ts';
import type { ProvisioningParts } from './provisioning-parts.ts';
import { replaceUser } from './users/replace-user.ts';
import { requireUser } from './users/require-user.ts';
import type { Found, SearchQuery } from './search/search-query.ts';
import { viewUser, viewUsers, type UserDetail } from './users/view-users.ts';

/**
 * What a directory does with the people of one tenant. Each method may throw ScimError, in the words that the client
 * gets, and StoreUnavailableError. Bodies are JSON as it came; `ifMatch` is the header's text; `detail` says what of a
 * person's view is wanted, everything by default.
 */
export interface UserProvisioning {
  /**
   * POST. A person whom DELETE hid comes back under the old id, in the old groups; one whom the product had before, whom
   * `matchExistingBy` finds, keeps the id. Throws 400, 409 uniqueness (also when several are found), 503.
   */
  create(model: TenantModel, body: unknown, detail?: UserDetail): Promise<UserView>;
  /** @throws ScimError 404 */
  get(model: TenantModel, id: string, detail?: UserDetail): Promise<UserView>;
  /** @throws ScimError 400 as searchResources does */
  find(model: TenantModel, query: SearchQuery, detail?: UserDetail): Promise<Found<UserView>>;
  /** PUT. Throws 400, 404, 409 uniqueness, 412, and 503 when others keep writing the same person or too many are deactivated. */
  replace(model: TenantModel, id: string, body: unknown, ifMatch: string | null, detail?: UserDetail): Promise<UserView>;
  /** PATCH, whole or not at all. Throws as `replace` does. */
  patch(model: TenantModel, id: string, body: unknown, ifMatch: string | null, detail?: UserDetail): Promise<UserView>;
  /** DELETE, by the tenant's `users.onDelete`. Throws 404, 412, 503. */
  delete(model: TenantModel, id: string, ifMatch: string | null): Promise<void>;
}

export function createUserProvisioning(parts: ProvisioningParts): UserProvisioning {
  const { users, memberships } = parts.store;
  return {
    async create(model, body, detail) {
      const user = await createUser(parts, model, body);
      // Only who was a resource before can be in a group: a new person is not, nor is one whom the product had alone.
      return user.version === 1 ? { user, groups: [] } : viewUser(memberships, model, user.id, user, detail);
    },
    get: (model, id, detail) => viewUser(memberships, model, id, requireUser(users, model, id), detail),
    async find(model, query, detail) {
      const found = await findUsers(parts, model, query);
      return { ...found, resources: await viewUsers(memberships, model, found.resources, detail) };
    },
    replace: (model, id, body, ifMatch, detail) =>
      viewUser(memberships, model, id, replaceUser(parts, model, { id, body, ifMatch }), detail),
    patch: (model, id, body, ifMatch, detail) => viewUser(memberships, model, id, patchUser(parts, model, { id, body, ifMatch }), detail),
    delete: (model, id, ifMatch) => deleteUser(parts, model, { id, ifMatch }),
  };
}
