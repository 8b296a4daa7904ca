import { deactivatedUser } from '../domain/next-user.ts';
import type { TenantModel } from '../domain/tenant-model.ts';
import type { ProvisioningParts } from './provisioning-parts.ts';
import { changeUser, writeUser, type WriteTarget } from './write-user.ts';

/**
 * DELETE: the person is gone for SCIM. `Deactivate` keeps them for the product, inactive, and their id for the day when
 * they come back; `Remove` deletes for good.
 * @throws ScimError 404, 412, 503
 */
export async function deleteUser({ store, clock }: ProvisioningParts, model: TenantModel, target: WriteTarget): Promise<void> {
  if (model.config.users.onDelete === 'Deactivate') {
    await changeUser(store, model, target, (stored) => deactivatedUser(model, stored, new Date(clock())));
    return;
  }
  await writeUser(store, model, target, async ({ id, version }) => (await store.remove(model.key, id, version)) || null);
}
