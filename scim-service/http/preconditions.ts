import { etagOf, matchesEtag } from '../domain/etag.ts';
import type { AppContext } from './app-context.ts';
import { respond } from './scim-response.ts';

/** Text of `If-Match`, which use cases compare with what is stored; null when the client sent none. */
export function ifMatch(c: AppContext): string | null {
  return c.req.header('if-match') ?? null;
}

/** The answer 304 to a read whose `If-None-Match` names the version that there is; null when the resource has to be sent. */
export function notModified(c: AppContext, version: number): Response | Promise<Response> | null {
  const known = c.req.header('if-none-match');
  return known !== undefined && matchesEtag(known, version) ? respond(c, 304, null, { ETag: etagOf(version) }) : null;
}
