import { Hono } from 'hono';
import { etagOf } from '../domain/etag.ts';
import { representGroup, wantsMembers } from '../domain/represent-group.ts';
import type { Projection } from '../domain/restrict-attributes.ts';
import type { GroupDetail, GroupProvisioning, GroupView } from '../provisioning/group-provisioning.ts';
import type { AppContext, AppEnv } from './app-context.ts';
import { groupPieces } from './group-pieces.ts';
import { methodNotAllowed } from './http-error.ts';
import { readJsonBody } from './json-body.ts';
import { listGroups } from './list-resources.ts';
import { ifMatch, notModified } from './preconditions.ts';
import type { RequestEvents } from './request-events.ts';
import { readListRequest, readProjection } from './resource-query.ts';
import { respond } from './scim-response.ts';
import { respondPieces } from './streamed-response.ts';
import { tenantUrl } from './tenant-url.ts';

export interface GroupRoutesParts {
  readonly groups: GroupProvisioning;
  readonly events: RequestEvents;
  readonly externalUrl: string | null;
}

/** `/Groups` (RFC 7644 section 3). HEAD comes with GET. Members are read only when they are sent. */
export function groupRoutes(parts: GroupRoutesParts): Hono<AppEnv> {
  const { groups } = parts;
  const routes = new Hono<AppEnv>();

  routes.post('/Groups', async (c) => {
    const projection = readProjection(c);
    const view = await groups.create(c.get('tenant').model, await readJsonBody(c), detailOf(projection));
    const location = `${tenantUrl(c, parts.externalUrl)}/Groups/${view.group.id}`;
    return respondGroup(c, parts, view, { status: 201, projection, headers: { Location: location } });
  });

  routes.get('/Groups', (c) => listGroups(c, parts, readListRequest(c)));

  routes.get('/Groups/:id', async (c) => {
    const projection = readProjection(c);
    const view = await groups.get(c.get('tenant').model, c.req.param('id'), detailOf(projection));
    return notModified(c, view.group.version) ?? respondGroup(c, parts, view, { status: 200, projection });
  });

  routes.put('/Groups/:id', async (c) => {
    const projection = readProjection(c);
    const { model } = c.get('tenant');
    const view = await groups.replace(model, c.req.param('id'), await readJsonBody(c), ifMatch(c), detailOf(projection));
    return respondGroup(c, parts, view, { status: 200, projection });
  });

  // Entra advises against members in the answer, and 204 spares them all (ENTRA.md 3.1); who names attributes gets them
  // (RFC 7644 section 3.5.2).
  routes.patch('/Groups/:id', async (c) => {
    const projection = readProjection(c);
    const isAsked = projection.attributes !== undefined;
    const { model } = c.get('tenant');
    const detail = isAsked ? detailOf(projection) : { members: false };
    const view = await groups.patch(model, c.req.param('id'), await readJsonBody(c), ifMatch(c), detail);
    if (isAsked) return respondGroup(c, parts, view, { status: 200, projection });
    return respond(c, 204, null, { ETag: etagOf(view.group.version) });
  });

  routes.delete('/Groups/:id', async (c) => {
    await groups.delete(c.get('tenant').model, c.req.param('id'), ifMatch(c));
    return respond(c, 204, null);
  });

  routes.all('/Groups', (c) => {
    throw methodNotAllowed(c.req.method, 'GET, HEAD, POST');
  });
  routes.all('/Groups/:id', (c) => {
    throw methodNotAllowed(c.req.method, 'GET, HEAD, PUT, PATCH, DELETE');
  });
  return routes;
}

function detailOf(projection: Projection): GroupDetail {
  return { members: wantsMembers(projection) };
}

function respondGroup(
  c: AppContext,
  { events, externalUrl }: GroupRoutesParts,
  view: GroupView,
  options: { readonly status: number; readonly projection: Projection; readonly headers?: Readonly<Record<string, string>> },
): Response | Promise<Response> {
  const { status, projection } = options;
  const representation = { baseUrl: tenantUrl(c, externalUrl), ...projection };
  const headers = { ETag: etagOf(view.group.version), ...options.headers };
  if (view.members === null) return respond(c, status, representGroup(view.group, representation), headers);
  return respondPieces(c, status, groupPieces(representation)(view), { headers, events });
}
