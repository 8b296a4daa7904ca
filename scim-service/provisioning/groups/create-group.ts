import { memberIds } from '../../domain/member-ids.ts';
import { GROUP_SCHEMAS } from '../../domain/group-model.ts';
import { groupResource, newGroup } from '../../domain/next-group.ts';
import type { StoredGroup } from '../../domain/stored-group.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { attributeValue } from '../../scim/attribute-value.ts';
import { readResource } from '../../scim/resource/read-resource.ts';
import type { ProvisioningParts } from '../provisioning-parts.ts';
import { refuseTakenDisplayName } from './refuse-taken-display-name.ts';
import { reportIgnored } from '../report-ignored.ts';
import { requireMembers } from './require-members.ts';

/** @throws ScimError 400, 409 uniqueness */
export async function createGroup(parts: ProvisioningParts, model: TenantModel, body: unknown): Promise<StoredGroup> {
  const { resource, ignored } = readResource(body, GROUP_SCHEMAS);
  reportIgnored(parts, model, ignored);
  const group = newGroup(model, groupResource(resource), { id: parts.newId(), now: new Date(parts.clock()) });
  const { groups, memberships } = parts.store;
  const members = await requireMembers(memberships, model, memberIds(attributeValue(resource, 'members')));
  await refuseTakenDisplayName(() => groups.insert(group, members));
  return group;
}
