import { GROUP_SCHEMAS } from '../../domain/group-model.ts';
import { memberIds } from '../../domain/member-ids.ts';
import { groupResource } from '../../domain/next-group.ts';
import type { StoredGroup } from '../../domain/stored-group.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { attributeValue } from '../../scim/attribute-value.ts';
import { readResource } from '../../scim/resource/read-resource.ts';
import type { ProvisioningParts } from '../provisioning-parts.ts';
import { reportIgnored } from '../report-ignored.ts';
import { requireMembersOf } from './require-members.ts';
import { writeGroup } from './write-group.ts';
import type { WriteTarget } from '../write-versioned.ts';

/**
 * PUT (RFC 7644 section 3.5.1): what the body leaves out is cleared, members too.
 * @throws ScimError 400, 404, 409 uniqueness, 412, 503
 */
export async function replaceGroup(
  parts: ProvisioningParts,
  model: TenantModel,
  { body, ...target }: WriteTarget & { readonly body: unknown },
): Promise<StoredGroup> {
  const { resource: sent, ignored } = readResource(body, GROUP_SCHEMAS);
  reportIgnored(parts, model, ignored);
  const resource = groupResource(sent);
  const members = memberIds(attributeValue(sent, 'members'));
  const named = await requireMembersOf(parts.store, model, target.id, members);
  return writeGroup(parts, model, target, { resource: () => resource, members: { kind: 'replace', members }, named });
}
