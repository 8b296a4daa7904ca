import type { StoredGroup } from '../../domain/stored-group.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import type { ProvisioningParts } from '../provisioning-parts.ts';
import { requireGroup } from './require-group.ts';
import { writeVersioned, type WriteTarget } from '../write-versioned.ts';

/**
 * DELETE: the group is gone, and so are its memberships. Its members stay.
 * @throws ScimError 404, 412, 503
 */
export async function deleteGroup({ store: { groups }, clock }: ProvisioningParts, model: TenantModel, target: WriteTarget): Promise<void> {
  const read = (): Promise<StoredGroup> => requireGroup(groups, model, target.id);
  await writeVersioned(
    { type: 'Group', read },
    target,
    async ({ id, version }) => (await groups.remove(model.key, id, version, new Date(clock()))) || null,
  );
}
