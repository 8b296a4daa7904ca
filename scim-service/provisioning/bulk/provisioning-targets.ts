import type { GroupProvisioning } from '../group-provisioning.ts';
import type { UserProvisioning } from '../user-provisioning.ts';
import type { BulkTargets } from './bulk-targets.ts';

/** A result of bulk shows neither, so they need not be read. */
const WITHOUT_GROUPS = { groups: false };
const WITHOUT_MEMBERS = { members: false };

/** The use cases of single requests as what bulk works on. A single PATCH answers with the person, and for a group with 204. */
export function provisioningTargets({
  users,
  groups,
}: {
  readonly users: UserProvisioning;
  readonly groups: GroupProvisioning;
}): BulkTargets {
  return {
    Users: {
      patchStatus: 200,
      create: async (model, body) => (await users.create(model, body, WITHOUT_GROUPS)).user,
      replace: async (model, id, body, ifMatch) => (await users.replace(model, id, body, ifMatch, WITHOUT_GROUPS)).user,
      patch: async (model, id, body, ifMatch) => (await users.patch(model, id, body, ifMatch, WITHOUT_GROUPS)).user,
      delete: (model, id, ifMatch) => users.delete(model, id, ifMatch),
    },
    Groups: {
      patchStatus: 204,
      create: async (model, body) => (await groups.create(model, body, WITHOUT_MEMBERS)).group,
      replace: async (model, id, body, ifMatch) => (await groups.replace(model, id, body, ifMatch, WITHOUT_MEMBERS)).group,
      patch: async (model, id, body, ifMatch) => (await groups.patch(model, id, body, ifMatch, WITHOUT_MEMBERS)).group,
      delete: (model, id, ifMatch) => groups.delete(model, id, ifMatch),
    },
  };
}
