import { ScimError } from '../scim/scim-error.ts';
import type { AppContext } from './app-context.ts';
import { requireJsonContent } from './content-type.ts';
import { bodyDecoder } from './decompress-body.ts';
import { RequestCutOffError } from './http-error.ts';
import { findJsonFault } from './json-fault.ts';
import { bodyTooLarge, DEFAULT_LIMITS, type RequestLimits } from './limit-requests.ts';

/**
 * Reads the request's body as JSON. It is read only here, so that nobody unauthenticated makes the service hold one.
 * @throws ScimError 400 invalidSyntax with the position of the fault, 413, 415
 */
export async function readJsonBody(c: AppContext, limits: RequestLimits = DEFAULT_LIMITS): Promise<unknown> {
  requireJsonContent(c.req.header('content-type'));
  const decoder = bodyDecoder(c.req.header('content-encoding'));
  const text = decode(await decoder.decode(await readBytes(c, limits), limits));
  if (text.trim() === '') throw ScimError.invalidSyntax('the body is empty; send a JSON object');
  const body = parse(text);
  c.set('body', body);
  return body;
}

async function readBytes(c: AppContext, limits: RequestLimits): Promise<Uint8Array> {
  const { raw } = c.req;
  // A body of announced length was held against the limit by limitRequests, and node:http holds it to its length.
  if (c.req.header('transfer-encoding') === undefined) return new Uint8Array(await raw.arrayBuffer().catch(cutOff));
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = (raw.body ?? new ReadableStream<Uint8Array>()).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(cutOff);
    if (done) return Buffer.concat(chunks, length);
    length += value.byteLength;
    if (length > limits.body) throw bodyTooLarge(limits);
    chunks.push(value);
  }
}

function cutOff(): never {
  throw new RequestCutOffError();
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw ScimError.invalidSyntax('the body is not UTF-8; JSON is sent as UTF-8');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw ScimError.invalidSyntax(describeFault(text, findJsonFault(text) ?? 0));
  }
}

function describeFault(text: string, position: number): string {
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  const column = position - before.lastIndexOf('\n');
  const found = position < text.length ? JSON.stringify(String.fromCodePoint(text.codePointAt(position) ?? 0)) : 'the end';
  return `the body is not JSON: ${found} is not expected at position ${position} (line ${line}, column ${column})`;
}
