import type { AppContext } from './app-context.ts';

/**
 * Base URL of the tenant that a request is for, `…/scim/v2` without a slash at the end.
 * @param externalUrl under which clients reach this service; null takes scheme and Host of the request, and never
 * a forwarding header, which any caller can write
 */
export function tenantUrl(c: AppContext, externalUrl: string | null): string {
  return `${externalUrl ?? originOf(c.req.url)}/${c.get('tenant').key}/scim/v2`;
}

function originOf(url: string): string {
  return url.slice(0, url.indexOf('/', url.indexOf('//') + 2));
}
