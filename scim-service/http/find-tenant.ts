import type { MiddlewareHandler } from 'hono';
import { tenantKey } from '#common/tenant-key.ts';
import type { TenantDirectory } from '../tenancy/tenant-directory.ts';
import type { AppEnv } from './app-context.ts';
import { unavailable } from './http-error.ts';

/** Seconds; reading all configs takes about that long. */
const STARTING_RETRY_AFTER = 5;

/** Seconds. It ends when a newer pod takes this one's place, or an administrator acts. */
const UNSERVED_RETRY_AFTER = 60;

/**
 * Looks up the tenant that the path names. Whether there is one is told by the bearer check alone, but where this pod can't read
 * the tenant's config: then it knows no token either, and must not call a good one wrong.
 */
export function findTenant({ directory }: { readonly directory: TenantDirectory }): MiddlewareHandler<AppEnv> {
  return async function findTenantOfPath(c, next) {
    const key = tenantKey({ namespace: c.req.param('namespace') ?? '', name: c.req.param('name') ?? '' });
    c.set('requested', key);
    // A tenant that is not known yet must not be told that its token is wrong: Entra would quarantine its job.
    if (!directory.isSynced) {
      throw unavailable('the service is starting and has not read all tenants yet', STARTING_RETRY_AFTER, 'Starting');
    }
    if (directory.isUnserved(key)) {
      throw unavailable(
        'the configuration of this tenant needs another version of the SCIM service than the one that answers; send the request again later',
        UNSERVED_RETRY_AFTER,
        'ConfigRefused',
      );
    }
    c.set('candidate', directory.find(key));
    await next();
  };
}
