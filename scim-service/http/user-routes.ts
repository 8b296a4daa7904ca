import { Hono } from 'hono';
import { etagOf } from '../domain/etag.ts';
import { representUser, wantsGroups } from '../domain/represent-user.ts';
import type { Projection } from '../domain/restrict-attributes.ts';
import type { UserView } from '../domain/user-view.ts';
import type { UserProvisioning } from '../provisioning/user-provisioning.ts';
import type { UserDetail } from '../provisioning/users/view-users.ts';
import type { AppContext, AppEnv } from './app-context.ts';
import { methodNotAllowed } from './http-error.ts';
import { readJsonBody } from './json-body.ts';
import { listUsers } from './list-resources.ts';
import { ifMatch, notModified } from './preconditions.ts';
import { readListRequest, readProjection } from './resource-query.ts';
import { respond } from './scim-response.ts';
import { tenantUrl } from './tenant-url.ts';

export interface UserRoutesParts {
  readonly provisioning: UserProvisioning;
  readonly externalUrl: string | null;
}

/** `/Users` (RFC 7644 section 3). HEAD comes with GET. */
export function userRoutes(parts: UserRoutesParts): Hono<AppEnv> {
  const { provisioning, externalUrl } = parts;
  const routes = new Hono<AppEnv>();

  routes.post('/Users', async (c) => {
    const projection = readProjection(c);
    const view = await provisioning.create(c.get('tenant').model, await readJsonBody(c), detailOf(c, projection));
    const baseUrl = tenantUrl(c, externalUrl);
    return respondUser(c, 201, view, { baseUrl, projection, headers: { Location: `${baseUrl}/Users/${view.user.id}` } });
  });

  routes.get('/Users', (c) => listUsers(c, parts, readListRequest(c)));

  routes.get('/Users/:id', async (c) => {
    const projection = readProjection(c);
    const view = await provisioning.get(c.get('tenant').model, c.req.param('id'), detailOf(c, projection));
    return notModified(c, view.user.version) ?? respondUser(c, 200, view, { baseUrl: tenantUrl(c, externalUrl), projection });
  });

  routes.put('/Users/:id', async (c) => {
    const projection = readProjection(c);
    const { model } = c.get('tenant');
    const view = await provisioning.replace(model, c.req.param('id'), await readJsonBody(c), ifMatch(c), detailOf(c, projection));
    return respondUser(c, 200, view, { baseUrl: tenantUrl(c, externalUrl), projection });
  });

  // Entra takes 200 with the resource and 204 alike; Okta wants what it can compare (ENTRA.md 3.1).
  routes.patch('/Users/:id', async (c) => {
    const projection = readProjection(c);
    const { model } = c.get('tenant');
    const view = await provisioning.patch(model, c.req.param('id'), await readJsonBody(c), ifMatch(c), detailOf(c, projection));
    return respondUser(c, 200, view, { baseUrl: tenantUrl(c, externalUrl), projection });
  });

  routes.delete('/Users/:id', async (c) => {
    await provisioning.delete(c.get('tenant').model, c.req.param('id'), ifMatch(c));
    return respond(c, 204, null);
  });

  routes.all('/Users', (c) => {
    throw methodNotAllowed(c.req.method, 'GET, HEAD, POST');
  });
  routes.all('/Users/:id', (c) => {
    throw methodNotAllowed(c.req.method, 'GET, HEAD, PUT, PATCH, DELETE');
  });
  return routes;
}

function detailOf(c: AppContext, projection: Projection): UserDetail {
  return { groups: wantsGroups(c.get('tenant').model, projection) };
}

function respondUser(
  c: AppContext,
  status: number,
  view: UserView,
  options: { readonly baseUrl: string; readonly projection: Projection; readonly headers?: Readonly<Record<string, string>> },
): Response | Promise<Response> {
  const { baseUrl, projection, headers } = options;
  const resource = representUser(view, { model: c.get('tenant').model, baseUrl, ...projection });
  return respond(c, status, resource, { ETag: etagOf(view.user.version), ...headers });
}
