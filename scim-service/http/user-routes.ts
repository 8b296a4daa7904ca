import { Hono } from 'hono';
import { etagOf, matchesEtag } from '../domain/etag.ts';
import { representUser } from '../domain/represent-user.ts';
import type { StoredUser } from '../domain/stored-user.ts';
import type { UserProvisioning } from '../provisioning/user-provisioning.ts';
import type { AppContext, AppEnv } from './app-context.ts';
import { methodNotAllowed } from './http-error.ts';
import { readJsonBody } from './json-body.ts';
import { listResponse } from './list-response.ts';
import { readListQuery, readProjection, type Projection } from './resource-query.ts';
import { respond } from './scim-response.ts';
import { tenantUrl } from './tenant-url.ts';

export interface UserRoutesParts {
  readonly provisioning: UserProvisioning;
  readonly externalUrl: string | null;
}

/** `/Users` (RFC 7644 section 3). HEAD comes with GET. */
export function userRoutes({ provisioning, externalUrl }: UserRoutesParts): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.post('/Users', async (c) => {
    const projection = readProjection(c);
    const user = await provisioning.create(c.get('tenant').model, await readJsonBody(c));
    const baseUrl = tenantUrl(c, externalUrl);
    return respondUser(c, 201, user, { baseUrl, projection, headers: { Location: `${baseUrl}/Users/${user.id}` } });
  });

  routes.get('/Users', async (c) => {
    const { model } = c.get('tenant');
    const projection = readProjection(c);
    const { totalResults, startIndex, users } = await provisioning.find(model, readListQuery(c));
    const options = { model, baseUrl: tenantUrl(c, externalUrl), ...projection };
    const resources = users.map((user) => representUser(user, options));
    return respond(c, 200, listResponse({ totalResults, startIndex, resources }));
  });

  routes.get('/Users/:id', async (c) => {
    const projection = readProjection(c);
    const user = await provisioning.get(c.get('tenant').model, c.req.param('id'));
    const known = c.req.header('if-none-match');
    if (known !== undefined && matchesEtag(known, user.version)) return respond(c, 304, null, { ETag: etagOf(user.version) });
    return respondUser(c, 200, user, { baseUrl: tenantUrl(c, externalUrl), projection });
  });

  routes.put('/Users/:id', async (c) => {
    const projection = readProjection(c);
    const user = await provisioning.replace(c.get('tenant').model, c.req.param('id'), await readJsonBody(c), ifMatch(c));
    return respondUser(c, 200, user, { baseUrl: tenantUrl(c, externalUrl), projection });
  });

  // Entra takes 200 with the resource and 204 alike; Okta wants what it can compare (ENTRA.md 3.1).
  routes.patch('/Users/:id', async (c) => {
    const projection = readProjection(c);
    const user = await provisioning.patch(c.get('tenant').model, c.req.param('id'), await readJsonBody(c), ifMatch(c));
    return respondUser(c, 200, user, { baseUrl: tenantUrl(c, externalUrl), projection });
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

function ifMatch(c: AppContext): string | null {
  return c.req.header('if-match') ?? null;
}

function respondUser(
  c: AppContext,
  status: number,
  user: StoredUser,
  options: { readonly baseUrl: string; readonly projection: Projection; readonly headers?: Readonly<Record<string, string>> },
): Response {
  const { baseUrl, projection, headers } = options;
  const resource = representUser(user, { model: c.get('tenant').model, baseUrl, ...projection });
  return respond(c, status, resource, { ETag: etagOf(user.version), ...headers });
}
