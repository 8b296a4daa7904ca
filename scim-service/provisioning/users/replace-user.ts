import { changedUser } from '../../domain/next-user.ts';
import { readUser } from '../../domain/read-user.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { userResource } from '../../domain/user-resource.ts';
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
  const sent = readUser(model, body);
  reportIgnored(parts, model, sent.ignored);
  return changeUser(parts, model, target, (stored) =>
    changedUser(model, stored, userResource(model, sent, stored.resource.active), new Date(parts.clock())),
  );
}
