import type { StoredGroup } from '../../domain/stored-group.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { ScimError } from '../../scim/scim-error.ts';
import type { GroupStore } from '../group-store.ts';

/** @throws ScimError 404 */
export async function requireGroup(store: GroupStore, model: TenantModel, id: string): Promise<StoredGroup> {
  const group = await store.findById(model.key, id);
  if (group === null) throw groupNotFound(id);
  return group;
}

export function groupNotFound(id: string): ScimError {
  return ScimError.notFound(`Group ${JSON.stringify(id.slice(0, 100))}`);
}
