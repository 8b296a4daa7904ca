import type { ScimObject } from '../scim/scim-value.ts';
import { etagOf } from './etag.ts';
import type { StoredGroup } from './stored-group.ts';
import type { StoredUser } from './stored-user.ts';

/** `meta` of a representation (RFC 7643 section 3.1). */
export function resourceMeta(type: 'User' | 'Group', resource: StoredUser | StoredGroup, baseUrl: string): ScimObject {
  return {
    resourceType: type,
    created: resource.createdAt.toISOString(),
    lastModified: resource.lastModified.toISOString(),
    location: `${baseUrl}/${type}s/${encodeURIComponent(resource.id)}`,
    version: etagOf(resource.version),
  };
}
