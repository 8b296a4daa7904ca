import { nameTargets } from '../../domain/name-targets.ts';
import { changedUser, userResource } from '../../domain/next-user.ts';
import { selectAttributes } from '../../domain/select-attributes.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { readResource } from '../../scim/resource/read-resource.ts';
import type { ProvisioningParts } from '../provisioning-parts.ts';
import { reportIgnored } from '../report-ignored.ts';
import { changeUser } from './write-user.ts';
import type { WriteTarget } from '../write-versioned.ts';

/**
 * PUT (RFC 7644 section 3.5.1): what the body leaves out is cleared. `active` alone is kept: to products it says who may
 * come in, Okta and Entra always send it, and a client that doesn't hasn't switched anybody on or off.
 * @throws ScimError 400, 404, 409 uniqueness, 412, 503
 */
export async function replaceUser(
  parts: ProvisioningParts,
  model: TenantModel,
  { body, ...target }: WriteTarget & { readonly body: unknown },
): Promise<StoredUser> {
  const { resource: sent, ignored } = nameTargets(model, () => readResource(body, model.schemas));
  const selected = selectAttributes(sent, model.selection);
  reportIgnored(parts, model, [...ignored, ...selected.dropped]);
  return changeUser(parts.store.users, model, target, (stored) =>
    changedUser(model, stored, userResource(selected.resource, stored.resource.active), new Date(parts.clock())),
  );
}
