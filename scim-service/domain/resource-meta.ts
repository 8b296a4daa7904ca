import type { ScimObject } from '../scim/scim-value.ts';
import { etagOf } from './etag.ts';
import type { StoredGroup } from './stored-group.ts';
import type { StoredUser } from './stored-user.ts';

/** `meta` of a representation (RFC 7643 section 3.1). */
export function resourceMeta(type: 'User' | 'Group', resource: StoredUser | StoredGroup, baseUrl: string): ScimObject {
  const created = resource.createdAt.toISOString();
  return {
    resourceType: type,
    created,
    // Writing a date is a good part of what a list costs, and many people never change.
    lastModified: resource.lastModified.getTime() === resource.createdAt.getTime() ? created : resource.lastModified.toISOString(),
    location: `${baseUrl}/${type}s/${encodeURIComponent(resource.id)}`,
    version: etagOf(resource.version),
  };
}
