import { withAttribute } from '../scim/attribute-value.ts';
import { ScimError } from '../scim/scim-error.ts';
import type { ScimObject } from '../scim/scim-value.ts';
import { nextVersion } from './next-version.ts';
import { sameJson } from './same-json.ts';
import type { StoredGroup } from './stored-group.ts';
import type { TenantModel } from './tenant-model.ts';

type GroupResource = StoredGroup['resource'];

/** Most UTF-16 units of a text of a group; directories send 256. A name stands in the answer for each of a group's members. */
const MAX_TEXT_LENGTH = 4_096;

/**
 * Checks what every stored group has, and takes out the members, who are kept apart.
 * @throws ScimError 400 invalidValue without a displayName, and for too long a text
 */
export function groupResource(resource: ScimObject): GroupResource {
  const { displayName } = resource;
  if (typeof displayName !== 'string' || displayName.trim() === '') {
    throw ScimError.invalidValue('attribute "displayName" of a group is required and must be a text that is not empty');
  }
  const group: GroupResource = { ...withAttribute(resource, 'members', null), displayName };
  for (const [name, value] of Object.entries(group)) {
    if (typeof value !== 'string' || value.length <= MAX_TEXT_LENGTH) continue;
    throw ScimError.invalidValue(
      `attribute "${name}" of the group has ${value.length} characters, but at most ${MAX_TEXT_LENGTH} are kept`,
    );
  }
  return group;
}

export function newGroup(model: TenantModel, resource: GroupResource, { id, now }: { id: string; now: Date }): StoredGroup {
  return { tenant: model.key, id, version: 1, createdAt: now, lastModified: now, resource };
}

/** @returns `stored` itself when the resource is the same and the members are too */
export function changedGroup(stored: StoredGroup, resource: GroupResource, changes: { members: boolean; now: Date }): StoredGroup {
  if (!changes.members && sameJson(resource, stored.resource)) return stored;
  return { ...nextVersion(stored, changes.now), resource };
}
