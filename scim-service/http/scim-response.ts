import type { AppContext } from './app-context.ts';

/** Of every answer with a body (RFC 7644 section 3.1). */
export const SCIM_MEDIA_TYPE = 'application/scim+json; charset=utf-8';

/**
 * Every answer of the app is made here, so that none lacks the request id. Headers stay a plain object, which
 * @hono/node-server writes without building a Headers.
 * @param body null for an answer without one
 */
export function respond(c: AppContext, status: number, body: object | null, headers: Readonly<Record<string, string>> = {}): Response {
  const requestId = c.get('requestId');
  if (body === null) return new Response(null, { status, headers: { 'X-Request-Id': requestId, ...headers } });
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': SCIM_MEDIA_TYPE, 'X-Request-Id': requestId, ...headers },
  });
}
