import { withAttribute } from '../scim/attribute-value.ts';
import { ScimError } from '../scim/scim-error.ts';
import type { ScimObject } from '../scim/scim-value.ts';
import { nextVersion } from './next-version.ts';
import { sameJson } from './same-json.ts';
import type { StoredGroup } from './stored-group.ts';
import type { TenantModel } from './tenant-model.ts';

type GroupResource = StoredGroup['resource'];

/**
 * Checks what every stored group has, and takes out the members, who are kept apart.
 * @throws ScimError 400 invalidValue without a displayName
 */
export function groupResource(resource: ScimObject): GroupResource {
  const { displayName } = resource;
  if (typeof displayName !== 'string' || displayName.trim() === '') {
    throw ScimError.invalidValue('attribute "displayName" of a group is required and must be a text that is not empty');
  }
  return { ...withAttribute(resource, 'members', null), displayName };
}

export function newGroup(model: TenantModel, resource: GroupResource, { id, now }: { id: string; now: Date }): StoredGroup {
  return { tenant: model.key, id, version: 1, createdAt: now, lastModified: now, resource };
}

/** @returns `stored` itself when the resource is the same and the members are too */
export function changedGroup(stored: StoredGroup, resource: GroupResource, changes: { members: boolean; now: Date }): StoredGroup {
  if (!changes.members && sameJson(resource, stored.resource)) return stored;
  return { ...nextVersion(stored, changes.now), resource };
}
