import type { MiddlewareHandler } from 'hono';
import { authenticate } from '../tenancy/authenticate.ts';
import type { AppEnv } from './app-context.ts';
import { unauthorized } from './http-error.ts';

/** Lets in who has the tenant's bearer token (RFC 6750). @param parts.clock milliseconds since 1970 */
export function requireBearer({ clock }: { readonly clock: () => number }): MiddlewareHandler<AppEnv> {
  return async function requireBearerToken(c, next) {
    const candidate = c.get('candidate');
    const refusal = authenticate(candidate?.digests ?? null, c.req.header('authorization'), clock());
    if (refusal !== null || candidate === null) {
      c.set('refusal', refusal ?? 'unknown_tenant');
      throw unauthorized();
    }
    c.set('tenant', candidate);
    await next();
  };
}
