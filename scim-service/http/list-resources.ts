import { groupRepresentation, wantsMembers } from '../domain/represent-group.ts';
import { userRepresentation, wantsGroups } from '../domain/represent-user.ts';
import type { Projection } from '../domain/restrict-attributes.ts';
import type { GroupProvisioning } from '../provisioning/group-provisioning.ts';
import { searchEverything } from '../provisioning/search/search-everything.ts';
import type { SearchQuery } from '../provisioning/search/search-query.ts';
import type { UserProvisioning } from '../provisioning/user-provisioning.ts';
import type { AppContext } from './app-context.ts';
import { groupPieces } from './group-pieces.ts';
import { listPieces, listResponse } from './list-response.ts';
import type { RequestEvents } from './request-events.ts';
import { respond } from './scim-response.ts';
import { respondPieces } from './streamed-response.ts';
import { tenantUrl } from './tenant-url.ts';

/** What a client asks, in a URL or in the body of a `/.search`. */
export interface ListRequest {
  readonly query: SearchQuery;
  readonly projection: Projection;
}

interface UserListParts {
  readonly provisioning: UserProvisioning;
  readonly externalUrl: string | null;
}

interface GroupListParts {
  readonly groups: GroupProvisioning;
  readonly events: RequestEvents;
  readonly externalUrl: string | null;
}

/** Answers with a page of people. */
export async function listUsers(
  c: AppContext,
  { provisioning, externalUrl }: UserListParts,
  { query, projection }: ListRequest,
): Promise<Response> {
  const { model } = c.get('tenant');
  const found = await provisioning.find(model, query, { groups: wantsGroups(model, projection) });
  const options = { model, baseUrl: tenantUrl(c, externalUrl), ...projection };
  return respond(c, 200, listResponse({ ...found, resources: found.resources.map(userRepresentation(options)) }));
}

/**
 * Answers with a page of groups, each with all of its members unless they are excluded: a client that imports groups from
 * lists, as Okta does, would take a part for the whole. They are streamed, so that the page's size is the network's matter.
 */
export async function listGroups(
  c: AppContext,
  { groups, events, externalUrl }: GroupListParts,
  { query, projection }: ListRequest,
): Promise<Response> {
  const members = wantsMembers(projection);
  const found = await groups.find(c.get('tenant').model, query, { members });
  const options = { baseUrl: tenantUrl(c, externalUrl), ...projection };
  if (!members) {
    const represent = groupRepresentation(options);
    return respond(c, 200, listResponse({ ...found, resources: found.resources.map(({ group }) => represent(group)) }));
  }
  const resources = found.resources.map(groupPieces(options));
  return respondPieces(c, 200, listPieces({ ...found, resources }), { events });
}

/** Answers with a page of people and groups, the people first. */
export async function listEverything(
  c: AppContext,
  { provisioning, groups, events, externalUrl }: UserListParts & GroupListParts,
  { query, projection }: ListRequest,
): Promise<Response> {
  const { model } = c.get('tenant');
  const detail = { groups: wantsGroups(model, projection), members: wantsMembers(projection) };
  const found = await searchEverything({ users: provisioning, groups }, model, query, detail);
  const options = { model, baseUrl: tenantUrl(c, externalUrl), ...projection };
  const representUser = userRepresentation(options);
  const piecesOf = groupPieces(options);
  const resources = found.resources.map((resource) =>
    resource.type === 'User' ? [JSON.stringify(representUser(resource.view))] : piecesOf(resource.view),
  );
  return respondPieces(c, 200, listPieces({ ...found, resources }), { events });
}
