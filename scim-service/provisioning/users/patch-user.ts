import { changedUser } from '../../domain/next-user.ts';
import { readUserPatch, type SentPatch } from '../../domain/read-user.ts';
import { selectAttributes } from '../../domain/select-attributes.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { userResource } from '../../domain/user-resource.ts';
import { applyPatch } from '../../scim/patch/apply-patch.ts';
import { ScimError } from '../../scim/scim-error.ts';
import type { ScimObject } from '../../scim/scim-value.ts';
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
  const patch = readUserPatch(model, body);
  let reported = false;
  return changeUser(parts, model, target, (stored) => {
    // What an earlier mapping selected goes away silently; what is dropped after the patch, this client sent.
    const before = selectAttributes(stored.resource, model.selection).resource;
    const { resource, dropped } = selectAttributes(patched(before, patch, model), model.selection);
    if (!reported) reportIgnored(parts, model, [...patch.ignored, ...dropped]);
    reported = true;
    const next = userResource(model, { resource, problems: patch.problems }, stored.resource.active);
    return changedUser(model, stored, next, new Date(parts.clock()));
  });
}

function patched(before: ScimObject, { operations, problems }: SentPatch, { schemas }: TenantModel): ScimObject {
  try {
    return applyPatch(before, operations, schemas);
  } catch (error) {
    // An operation may miss what one before it, whose value couldn't be read, would have made.
    throw error instanceof ScimError && problems.count > 0 ? problems.error() : error;
  }
}
