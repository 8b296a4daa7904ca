import { retiredUser } from '../../domain/next-user.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import type { ProvisioningParts } from '../provisioning-parts.ts';
import { writeUser } from './write-user.ts';
import type { WriteTarget } from '../write-versioned.ts';

/**
 * DELETE: the person is gone for SCIM. `Deactivate` keeps them for the product, inactive, and their id for the day when
 * they come back; `Remove` deletes for good.
 * @throws ScimError 404, 412, 503
 */
export async function deleteUser(parts: ProvisioningParts, model: TenantModel, target: WriteTarget): Promise<void> {
  const { users } = parts.store;
  await writeUser(parts, model, target, async (stored, reserve) => {
    if (stored.resource.active) await reserve();
    const now = new Date(parts.clock());
    const deleted =
      model.config.users.onDelete === 'Deactivate'
        ? await users.retire(retiredUser(model, stored, now), stored.version)
        : await users.remove(model.key, stored.id, stored.version, now);
    return deleted || null;
  });
}
