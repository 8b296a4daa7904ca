import { Hono } from 'hono';
import type { Logger } from '#common/logger.ts';
import { provisioningTargets } from '../provisioning/bulk/provisioning-targets.ts';
import type { GroupProvisioning } from '../provisioning/group-provisioning.ts';
import type { UserProvisioning } from '../provisioning/user-provisioning.ts';
import type { TenantDirectory } from '../tenancy/tenant-directory.ts';
import { TENANT_PATH, type AppEnv } from './app-context.ts';
import { bulkRoute } from './bulk-route.ts';
import { discoveryRoutes } from './discovery-routes.ts';
import { errorBody } from './error-response.ts';
import { explainError } from './explain-error.ts';
import { findTenant } from './find-tenant.ts';
import { groupRoutes } from './group-routes.ts';
import { identifyRequests } from './request-id.ts';
import { limitRate } from './limit-rate.ts';
import { limitRequests } from './limit-requests.ts';
import { observeRequests } from './observe-requests.ts';
import { recordOutcomes } from './record-outcomes.ts';
import { refuseSwitchedOff } from './refuse-switched-off.ts';
import { createRequestEvents } from './request-events.ts';
import { requestPath } from './request-path.ts';
import { requireBearer } from './require-bearer.ts';
import { respond } from './scim-response.ts';
import { searchRoutes } from './search-routes.ts';
import type { ServiceMetrics } from './service-metrics.ts';
import { userRoutes } from './user-routes.ts';

export interface AppParts {
  readonly directory: TenantDirectory;
  /** Of people. */
  readonly provisioning: UserProvisioning;
  readonly groups: GroupProvisioning;
  readonly metrics: ServiceMetrics;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Under which clients reach this service, without a slash at the end; null takes scheme and Host of each request. */
  readonly externalUrl: string | null;
  /** Where the folder `docs` is published, without a slash at the end; null names paths of the repository. */
  readonly docsUrl: string | null;
  readonly newRequestId: () => string;
}

/** The SCIM endpoints of all tenants, each at `/<namespace>/<name>/scim/v2`. Every answer is SCIM, errors included. */
export function createApp(parts: AppParts): Hono<AppEnv> {
  const { directory, provisioning, groups, metrics, logger, clock, externalUrl, docsUrl, newRequestId } = parts;
  const events = createRequestEvents({ metrics, logger });
  metrics.watchConfigs({ ageSeconds: () => directory.newestConfigAgeSeconds(), refusals: () => directory.refusals() });

  const app = new Hono<AppEnv>({ getPath: requestPath });
  app.use(identifyRequests({ newRequestId }));
  app.use(observeRequests({ events }));
  app.use(limitRequests());

  const everythingOfTenant = `${TENANT_PATH}/*`;
  app.use(everythingOfTenant, findTenant({ directory }));
  app.use(everythingOfTenant, requireBearer({ clock }));
  app.use(everythingOfTenant, refuseSwitchedOff());
  app.use(everythingOfTenant, limitRate({ clock }));
  app.use(everythingOfTenant, recordOutcomes({ clock }));

  app.route(TENANT_PATH, searchRoutes({ provisioning, groups, events, externalUrl }));
  app.route(TENANT_PATH, userRoutes({ provisioning, externalUrl }));
  app.route(TENANT_PATH, groupRoutes({ groups, events, externalUrl }));
  app.route(TENANT_PATH, bulkRoute({ targets: provisioningTargets({ users: provisioning, groups }), events, externalUrl, docsUrl }));
  app.route(TENANT_PATH, discoveryRoutes({ externalUrl }));

  // Answered and not thrown: Hono lets an error of this handler pass by the middleware that would see the answer.
  app.notFound((c) => {
    const detail = 'nothing is served at this URL; a tenant URL is <external URL>/<namespace>/<name>/scim/v2';
    return respond(c, 404, errorBody({ status: 404, scimType: null, detail }));
  });
  app.onError((error, c) => {
    const answer = explainError(error, docsUrl);
    if (answer.fault === 'service') {
      events.faulted({ requestId: c.get('requestId'), tenant: c.get('requested') ?? null, error });
    }
    return respond(c, answer.status, errorBody(answer), answer.headers);
  });
  return app;
}
