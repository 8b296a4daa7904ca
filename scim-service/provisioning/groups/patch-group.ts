import { GROUP_SCHEMAS } from '../../domain/group-model.ts';
import { foldMemberOperations, namedMembers } from '../../domain/member-change.ts';
import { groupResource } from '../../domain/next-group.ts';
import type { Member, StoredGroup } from '../../domain/stored-group.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { applyPatch } from '../../scim/patch/apply-patch.ts';
import { parsePatch } from '../../scim/patch/parse-patch.ts';
import type { PatchOperation } from '../../scim/patch/patch-operation.ts';
import type { ProvisioningParts } from '../provisioning-parts.ts';
import { reportIgnored } from '../report-ignored.ts';
import { groupNotFound } from './require-group.ts';
import { requireMembersOf } from './require-members.ts';
import { writeGroup } from './write-group.ts';
import type { WriteTarget } from '../write-versioned.ts';

/**
 * PATCH (RFC 7644 section 3.5.2), all operations or none. To add or remove single members never reads who is one.
 * @throws ScimError 400, 404, 409 uniqueness, 412, 503
 */
export async function patchGroup(
  parts: ProvisioningParts,
  model: TenantModel,
  { body, ...target }: WriteTarget & { readonly body: unknown },
): Promise<StoredGroup> {
  const { operations, ignored } = parsePatch(body, GROUP_SCHEMAS);
  reportIgnored(parts, model, ignored);
  const onMembers = operations.filter(isOnMembers);
  const members = foldMemberOperations(onMembers);
  const named = await requireMembersOf(parts.store, model, target.id, namedMembers(members));
  if (members.kind === 'delta' && onMembers.length === operations.length && target.ifMatch === null) {
    return changeMembers(parts, model, target.id, { add: named, remove: members.remove });
  }
  const others = operations.filter((operation) => !isOnMembers(operation));
  const resource = ({ resource }: StoredGroup): StoredGroup['resource'] => groupResource(applyPatch(resource, others, GROUP_SCHEMAS));
  return writeGroup(parts, model, target, { resource, members, named });
}

function isOnMembers({ path }: PatchOperation): boolean {
  return path.attribute.name === 'members';
}

/** The most frequent write of all: one step of the store, whatever others do to the group at that time. */
async function changeMembers(
  { store: { groups }, clock }: ProvisioningParts,
  model: TenantModel,
  id: string,
  change: { readonly add: readonly Member[]; readonly remove: readonly string[] },
): Promise<StoredGroup> {
  const written = await groups.changeMembers(model.key, id, change, null, new Date(clock()));
  if (typeof written === 'string') throw groupNotFound(id);
  return written;
}
