import { createHmac, timingSafeEqual } from 'node:crypto';
import type { TokenDigest } from '#common/tenant-config.ts';
import { CURSOR_TIMEOUT_SECONDS } from '../../scim/discovery/service-provider-config.ts';
import { ScimError } from '../../scim/scim-error.ts';
import type { SortEntry, SortKey } from './sort-keys.ts';

/** Where a page lies in a list. */
export interface PagePlace {
  readonly side: 'after' | 'before';
  /** The resource that the page comes after or before; it may be gone by now. */
  readonly entry: SortEntry;
  /** How many matched when the first page was given. */
  readonly totalResults: number;
}

/** Who may use a cursor, when and for what. */
export interface CursorContext {
  /** The tenant's, the current one first. */
  readonly tokenDigests: readonly TokenDigest[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Names tenant, resource type, filter and order; a cursor is good for the same query alone. */
  readonly query: string;
}

type Payload = readonly [expires: number, totalResults: number, side: 'a' | 'b', createdAt: number, id: string, key: SortKey];

/** Part of the key's derivation: raise the number when the payload changes. */
const PURPOSE = 'scim-operator cursor 1';
const SIGNATURE_BYTES = 32;
/** A key of 200 units, each escaped, twice over; anything longer isn't ours. */
const MAX_LENGTH = 4000;
const CURSOR = /^[A-Za-z0-9_-]+$/;

/**
 * Writes a place as an opaque cursor (RFC 9865): base64url of an HMAC-SHA256 and the place. The service keeps nothing, so
 * every pod can read it. It is valid for CURSOR_TIMEOUT_SECONDS, and as long as the tenant's token is.
 */
export function sealCursor({ tokenDigests, now, query }: CursorContext, { side, entry, totalResults }: PagePlace): string {
  const [current] = tokenDigests;
  if (current === undefined) throw new Error('a tenant without a token answers no request, so it needs no cursor');
  const expires = now + CURSOR_TIMEOUT_SECONDS * 1000;
  const payload: Payload = [expires, totalResults, side === 'after' ? 'a' : 'b', entry.createdAt, entry.id, entry.key];
  const bytes = Buffer.from(JSON.stringify(payload));
  return Buffer.concat([signature(current, query, bytes), bytes]).toString('base64url');
}

/** @throws ScimError 400 invalidCursor for one that this service didn't give for this query, 400 expiredCursor */
export function openCursor({ tokenDigests, now, query }: CursorContext, cursor: string): PagePlace {
  if (cursor.length > MAX_LENGTH || !CURSOR.test(cursor)) throw invalidCursor();
  const whole = Buffer.from(cursor, 'base64url');
  const given = whole.subarray(0, SIGNATURE_BYTES);
  const bytes = whole.subarray(SIGNATURE_BYTES);
  const isOurs = tokenDigests
    .filter(({ validUntil }) => validUntil === null || Date.parse(validUntil) > now)
    .some((digest) => given.length === SIGNATURE_BYTES && timingSafeEqual(given, signature(digest, query, bytes)));
  if (!isOurs) throw invalidCursor();
  const [expires, totalResults, side, createdAt, id, key] = JSON.parse(bytes.toString()) as Payload;
  if (now >= expires) {
    throw new ScimError(
      400,
      'expiredCursor',
      `the cursor has expired, ${CURSOR_TIMEOUT_SECONDS} seconds after it was given; begin again with an empty cursor`,
    );
  }
  return { side: side === 'a' ? 'after' : 'before', entry: { key, createdAt, id }, totalResults };
}

/** The digest is what the service knows of a token; the key made of it is good for cursors and nothing else. */
function signature({ sha256 }: TokenDigest, query: string, payload: Uint8Array): Buffer {
  const key = createHmac('sha256', Buffer.from(sha256, 'hex')).update(PURPOSE).digest();
  return createHmac('sha256', key)
    .update(`${Buffer.byteLength(query)}:${query}`)
    .update(payload)
    .digest();
}

function invalidCursor(): ScimError {
  return new ScimError(
    400,
    'invalidCursor',
    'the cursor is not one that this service gave for this query; send the same filter, sortBy and sortOrder with nextCursor of the last page, or begin with an empty cursor',
  );
}
