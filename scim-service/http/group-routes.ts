import { Hono } from 'hono';
import { ScimError } from '../scim/scim-error.ts';
import type { AppEnv } from './app-context.ts';
import { notImplemented } from './http-error.ts';
import { listResponse } from './list-response.ts';
import { respond } from './scim-response.ts';

/**
 * `/Groups` of a service that has none: searches find nothing, so that Entra's Test Connection passes (ENTRA.md 1.1), and
 * whoever sends a group is told.
 */
export function groupRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/Groups', (c) => respond(c, 200, listResponse({ totalResults: 0, startIndex: 1, resources: [] })));
  routes.get('/Groups/:id', (c) => {
    throw ScimError.notFound(`group ${JSON.stringify(c.req.param('id').slice(0, 100))}`);
  });
  routes.all('/Groups', refuseGroups);
  routes.all('/Groups/:id', refuseGroups);
  return routes;
}

function refuseGroups(): never {
  throw notImplemented('this version serves users only; leave groups out of the provisioning job');
}
