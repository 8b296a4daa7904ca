import type { Member, StoredGroup } from '../domain/stored-group.ts';
import type { TenantModel } from '../domain/tenant-model.ts';
import { createGroup } from './groups/create-group.ts';
import { deleteGroup } from './groups/delete-group.ts';
import { findGroups } from './groups/find-groups.ts';
import { groupMembers } from './groups/group-members.ts';
import { patchGroup } from './groups/patch-group.ts';
import type { ProvisioningParts } from './provisioning-parts.ts';
import { replaceGroup } from './groups/replace-group.ts';
import { requireGroup } from './groups/require-group.ts';
import { requireGroupsEnabled } from './groups/require-groups-enabled.ts';
import { pageRequest, type Found, type SearchQuery } from './search/search-query.ts';

/** A group with its members, who are read as somebody iterates over them, once; null when nobody asked for them. */
export interface GroupView {
  readonly group: StoredGroup;
  readonly members: AsyncIterable<readonly Member[]> | null;
}

/** What of a group's view is wanted. */
export interface GroupDetail {
  readonly members: boolean;
}

/**
 * What a directory does with the groups of one tenant. Each method may throw ScimError, in the words that the client
 * gets, and StoreUnavailableError; so may the iteration over members. Bodies are JSON as it came; `ifMatch` is the header's
 * text; `detail` is everything by default. A tenant without groups has none to read, and its writes throw 501.
 */
export interface GroupProvisioning {
  /** POST. Throws 400, also for members that nobody knows, 409 uniqueness. */
  create(model: TenantModel, body: unknown, detail?: GroupDetail): Promise<GroupView>;
  /** @throws ScimError 404 */
  get(model: TenantModel, id: string, detail?: GroupDetail): Promise<GroupView>;
  /** @throws ScimError 400 as searchResources does */
  find(model: TenantModel, query: SearchQuery, detail?: GroupDetail): Promise<Found<GroupView>>;
  /** PUT. Throws 400, 404, 409 uniqueness, 412 and 503 when others keep writing the same group. */
  replace(model: TenantModel, id: string, body: unknown, ifMatch: string | null, detail?: GroupDetail): Promise<GroupView>;
  /** PATCH, whole or not at all. Throws as `replace` does. */
  patch(model: TenantModel, id: string, body: unknown, ifMatch: string | null, detail?: GroupDetail): Promise<GroupView>;
  /** DELETE. Throws 404, 412, 503. */
  delete(model: TenantModel, id: string, ifMatch: string | null): Promise<void>;
}

export function createGroupProvisioning(parts: ProvisioningParts): GroupProvisioning {
  const { groups, memberships } = parts.store;
  const view = (group: StoredGroup, { members }: GroupDetail = { members: true }): GroupView => ({
    group,
    members: members ? groupMembers(memberships, group.tenant, group.id) : null,
  });
  return {
    async create(model, body, detail) {
      requireGroupsEnabled(model, 'write');
      return view(await createGroup(parts, model, body), detail);
    },
    async get(model, id, detail) {
      requireGroupsEnabled(model, 'read');
      return view(await requireGroup(groups, model, id), detail);
    },
    async find(model, query, detail) {
      if (!model.config.groups.enabled) return nothing(query);
      const found = await findGroups(parts, model, query);
      return { ...found, resources: found.resources.map((group) => view(group, detail)) };
    },
    async replace(model, id, body, ifMatch, detail) {
      requireGroupsEnabled(model, 'write');
      return view(await replaceGroup(parts, model, { id, body, ifMatch }), detail);
    },
    async patch(model, id, body, ifMatch, detail) {
      requireGroupsEnabled(model, 'write');
      return view(await patchGroup(parts, model, { id, body, ifMatch }), detail);
    },
    async delete(model, id, ifMatch) {
      requireGroupsEnabled(model, 'write');
      await deleteGroup(parts, model, { id, ifMatch });
    },
  };
}

/** Entra's Test Connection searches for a group even when it provisions none, and takes anything but an empty list for a fault. */
function nothing(query: SearchQuery): Found<GroupView> {
  const request = pageRequest(query);
  const startIndex = request.method === 'index' ? request.offset + 1 : null;
  return { totalResults: 0, itemsPerPage: 0, startIndex, nextCursor: null, previousCursor: null, resources: [] };
}
