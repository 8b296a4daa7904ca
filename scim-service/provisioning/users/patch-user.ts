import { nameTargets } from '../../domain/name-targets.ts';
import { changedUser, userResource } from '../../domain/next-user.ts';
import { selectAttributes } from '../../domain/select-attributes.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { applyPatch } from '../../scim/patch/apply-patch.ts';
import { parsePatch } from '../../scim/patch/parse-patch.ts';
import type { ProvisioningParts } from '../provisioning-parts.ts';
import { reportIgnored } from '../report-ignored.ts';
import { changeUser } from './write-user.ts';
import type { WriteTarget } from '../write-versioned.ts';

/**
 * PATCH (RFC 7644 section 3.5.2), all operations or none. Removing `active` keeps its value, as in replaceUser.
 * @throws ScimError 400, 404, 409 uniqueness, 412, 503
 */
export async function patchUser(
  parts: ProvisioningParts,
  model: TenantModel,
  { body, ...target }: WriteTarget & { readonly body: unknown },
): Promise<StoredUser> {
  const { operations, ignored } = nameTargets(model, () => parsePatch(body, model.schemas));
  let reported = false;
  return changeUser(parts.store.users, model, target, (stored) => {
    // What an earlier mapping selected goes away silently; what is dropped after the patch, this client sent.
    const before = selectAttributes(stored.resource, model.selection).resource;
    const { resource, dropped } = selectAttributes(applyPatch(before, operations, model.schemas), model.selection);
    if (!reported) reportIgnored(parts, model, [...ignored, ...dropped]);
    reported = true;
    return changedUser(model, stored, userResource(resource, stored.resource.active), new Date(parts.clock()));
  });
}
