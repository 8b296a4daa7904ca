import { randomUUID } from 'node:crypto';
import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import type { ScimObject } from '#scim-service/scim/scim-value.ts';

/** Overrides of a StoredUser; those of `resource` are laid over a resource with a userName of its own and `active: true`. */
export type StoredUserOverrides = Partial<Omit<StoredUser, 'resource'>> & { readonly resource?: ScimObject };

/** A person as a store keeps it, unlike any other in id and userName. */
export function aStoredUser({ resource, ...overrides }: StoredUserOverrides = {}): StoredUser {
  const id = overrides.id ?? randomUUID();
  const userName = `${id}@acme.example`;
  return {
    tenant: 'team-hr/acme' satisfies TenantKey,
    id,
    version: 1,
    createdAt: new Date('2026-11-24T08:00:00.000Z'),
    lastModified: new Date('2026-11-24T08:00:00.000Z'),
    person: { login: userName },
    defaults: {},
    own: {},
    projection: 'p',
    deletedAt: null,
    ...overrides,
    resource: { userName, active: true, ...resource },
  };
}
