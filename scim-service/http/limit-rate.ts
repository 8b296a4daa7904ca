import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from './app-context.ts';
import { tooManyRequests } from './http-error.ts';

/** Holds a tenant to its `rateLimit`, in this pod. @param parts.clock milliseconds since 1970 */
export function limitRate({ clock }: { readonly clock: () => number }): MiddlewareHandler<AppEnv> {
  return async function limitRateOfTenant(c, next) {
    const { limiter, config } = c.get('tenant');
    const seconds = limiter.take(clock());
    if (seconds > 0) {
      const { requestsPerSecond, burst } = config.rateLimit;
      throw tooManyRequests(`too many requests: this tenant may send ${requestsPerSecond} a second, in bursts of ${burst}`, seconds);
    }
    await next();
  };
}
