import { randomUUID } from 'node:crypto';
import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredGroup } from '#scim-service/domain/stored-group.ts';
import type { ScimObject } from '#scim-service/scim/scim-value.ts';

/** Overrides of a StoredGroup; those of `resource` are laid over a resource with a displayName of its own. */
export type StoredGroupOverrides = Partial<Omit<StoredGroup, 'resource'>> & { readonly resource?: ScimObject };

/** A group as a store keeps it, unlike any other in id and displayName. */
export function aStoredGroup({ resource, ...overrides }: StoredGroupOverrides = {}): StoredGroup {
  const id = overrides.id ?? randomUUID();
  return {
    tenant: 'team-hr/acme' satisfies TenantKey,
    id,
    version: 1,
    createdAt: new Date('2026-11-24T08:00:00.000Z'),
    lastModified: new Date('2026-11-24T08:00:00.000Z'),
    ...overrides,
    resource: { displayName: `Group ${id}`, ...resource },
  };
}
