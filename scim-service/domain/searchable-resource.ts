import { CORE_GROUP_URN, CORE_USER_URN } from '#common/scim/schema.ts';
import type { ScimObject } from '../scim/scim-value.ts';
import { etagOf } from './etag.ts';
import { selectAttributes } from './select-attributes.ts';
import type { StoredGroup } from './stored-group.ts';
import type { StoredUser } from './stored-user.ts';
import type { TenantModel } from './tenant-model.ts';

/**
 * What filters and sorting see of a person: what this tenant selects now, and the common attributes. `meta.location` isn't
 * there, because it depends on the URL that a client happened to call, nor are `groups`, which are looked up apart.
 */
export function searchableUser(user: StoredUser, model: TenantModel): ScimObject {
  const { resource } = selectAttributes(user.resource, model.selection);
  const extensions = model.schemas.extensions.map(({ id }) => id).filter((urn) => Object.hasOwn(resource, urn));
  return searchable('User', user, resource, [CORE_USER_URN, ...extensions]);
}

/** As searchableUser, without `members`. */
export function searchableGroup(group: StoredGroup): ScimObject {
  return searchable('Group', group, group.resource, [CORE_GROUP_URN]);
}

function searchable(
  resourceType: string,
  { id, version, createdAt, lastModified }: StoredUser | StoredGroup,
  resource: ScimObject,
  schemas: readonly string[],
): ScimObject {
  return {
    ...resource,
    id,
    schemas,
    // Made when it is asked for: writing two dates takes as long as the rest of a scan's work on a resource.
    get meta() {
      return { resourceType, created: createdAt.toISOString(), lastModified: lastModified.toISOString(), version: etagOf(version) };
    },
  };
}
