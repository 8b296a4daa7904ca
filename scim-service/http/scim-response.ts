import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { acceptsGzip } from './accepts-gzip.ts';
import type { AppContext } from './app-context.ts';

/** Of every answer with a body (RFC 7644 section 3.1). */
export const SCIM_MEDIA_TYPE = 'application/scim+json; charset=utf-8';

/** Characters. A shorter answer goes into one packet as it is. */
const COMPRESSED_FROM = 1_024;

type PlainHeaders = Readonly<Record<string, string>>;

/**
 * Every answer of the app is made here, or begun by answerHeaders, so that none lacks the request id. Headers stay a plain
 * object, which @hono/node-server writes without building a Headers.
 * @param body null for an answer without one
 */
export function respond(c: AppContext, status: number, body: object | null, headers: PlainHeaders = {}): Response | Promise<Response> {
  if (body !== null) return respondText(c, status, JSON.stringify(body), headers);
  return new Response(null, { status, headers: { 'X-Request-Id': c.get('requestId'), ...headers } });
}

/** @param text JSON */
export function respondText(c: AppContext, status: number, text: string, headers: PlainHeaders = {}): Response | Promise<Response> {
  if (text.length < COMPRESSED_FROM) {
    return whole(c, status, text, answerHeaders(c, headers));
  }
  const negotiated = negotiatedHeaders(c, headers);
  if (!('Content-Encoding' in negotiated)) return whole(c, status, text, negotiated);
  return promisify(gzip)(text).then((bytes) => whole(c, status, bytes, negotiated));
}

/** Headers of an answer that is long enough to be compressed; `Content-Encoding` is among them when it has to be. */
export function negotiatedHeaders(c: AppContext, headers: PlainHeaders): Record<string, string> {
  const encoding = acceptsGzip(c.req.header('accept-encoding')) ? { 'Content-Encoding': 'gzip' } : {};
  return { ...answerHeaders(c, headers), Vary: 'Accept-Encoding', ...encoding };
}

function answerHeaders(c: AppContext, headers: PlainHeaders): Record<string, string> {
  return { 'Content-Type': SCIM_MEDIA_TYPE, 'X-Request-Id': c.get('requestId'), ...headers };
}

function whole(c: AppContext, status: number, body: string | Uint8Array<ArrayBuffer>, headers: PlainHeaders): Response {
  // node:http counts by itself, but the answer to HEAD has lost its body by then.
  const length = c.req.method === 'HEAD' ? { 'Content-Length': String(Buffer.byteLength(body)) } : {};
  return new Response(body, { status, headers: { ...headers, ...length } });
}
