import { Hono } from 'hono';
import type { GroupProvisioning } from '../provisioning/group-provisioning.ts';
import type { UserProvisioning } from '../provisioning/user-provisioning.ts';
import type { AppEnv } from './app-context.ts';
import { methodNotAllowed } from './http-error.ts';
import { readJsonBody } from './json-body.ts';
import { listEverything, listGroups, listUsers } from './list-resources.ts';
import type { RequestEvents } from './request-events.ts';
import { readSearchRequest } from './search-request.ts';

export interface SearchRoutesParts {
  readonly provisioning: UserProvisioning;
  readonly groups: GroupProvisioning;
  readonly events: RequestEvents;
  readonly externalUrl: string | null;
}

/** Lists by POST (RFC 7644 section 3.4.3). Must be registered before `/Users/:id`, whose id this could be. */
export function searchRoutes(parts: SearchRoutesParts): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.post('/Users/.search', async (c) => listUsers(c, parts, readSearchRequest(await readJsonBody(c))));
  routes.post('/Groups/.search', async (c) => listGroups(c, parts, readSearchRequest(await readJsonBody(c))));
  routes.post('/.search', async (c) => listEverything(c, parts, readSearchRequest(await readJsonBody(c))));
  for (const path of ['/Users/.search', '/Groups/.search', '/.search']) {
    routes.all(path, (c) => {
      throw methodNotAllowed(c.req.method, 'POST');
    });
  }
  return routes;
}
