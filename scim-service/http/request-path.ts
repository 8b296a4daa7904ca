import { getPath } from 'hono/utils/url';

/**
 * Path that a request is routed by: slashes at the end are dropped and doubled ones are one. A tenant URL that was
 * pasted with a slash at its end gives `…/scim/v2//Users`; Microsoft's Postman collection sends `/Users/?filter=`.
 */
export function requestPath(request: Request): string {
  const path = getPath(request);
  const collapsed = path.includes('//') ? path.replaceAll(/\/{2,}/g, '/') : path;
  return collapsed.length > 1 && collapsed.endsWith('/') ? collapsed.slice(0, -1) : collapsed;
}
