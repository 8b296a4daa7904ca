import type { MiddlewareHandler } from 'hono';
import { tenantKey } from '#common/tenant-key.ts';
import type { TenantDirectory } from '../tenancy/tenant-directory.ts';
import type { AppEnv } from './app-context.ts';
import { unavailable } from './http-error.ts';

/** Seconds; reading all configs takes about that long. */
const STARTING_RETRY_AFTER = 5;

/** Looks up the tenant that the path names. Whether there is one is told by the bearer check alone. */
export function findTenant({ directory }: { readonly directory: TenantDirectory }): MiddlewareHandler<AppEnv> {
  return async function findTenantOfPath(c, next) {
    const key = tenantKey({ namespace: c.req.param('namespace') ?? '', name: c.req.param('name') ?? '' });
    c.set('requested', key);
    // A tenant that is not known yet must not be told that its token is wrong: Entra would quarantine its job.
    if (!directory.isSynced) {
      throw unavailable('the service is starting and has not read all tenants yet', STARTING_RETRY_AFTER, 'Starting');
    }
    c.set('candidate', directory.find(key));
    await next();
  };
}
