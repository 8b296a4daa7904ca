import { setTimeout as sleep } from 'node:timers/promises';
import { matchesEtag } from '../domain/etag.ts';
import { ScimError } from '../scim/scim-error.ts';

/** Of n writers at once the slowest needs n attempts; Entra and Okta send a few dozen requests at a time. */
const MAX_ATTEMPTS = 100;
/** The first attempts follow at once: two writers are the usual case, and the loser wins next time. */
const ATTEMPTS_WITHOUT_PAUSE = 3;
const LONGEST_PAUSE_MS = 20;

/** The resource to write. */
export interface WriteTarget {
  readonly id: string;
  /** `If-Match` header; null when the client sent none. */
  readonly ifMatch: string | null;
}

interface Versioned {
  readonly id: string;
  readonly version: number;
}

/**
 * Reads a resource, lets `write` compute and compare the version that it read, and begins anew as long as others write
 * in between. With `If-Match` a lost race ends in 412, because the version that the client saw is gone then.
 * @param resource.type names it in messages
 * @param resource.read throws 404 when it isn't there
 * @param write returns null when the store had another version by then
 * @throws ScimError 404, 412, 503 after MAX_ATTEMPTS lost races
 */
export async function writeVersioned<R extends Versioned, T>(
  resource: { readonly type: 'User' | 'Group'; readonly read: () => Promise<R> },
  { id, ifMatch }: WriteTarget,
  write: (stored: R) => Promise<T | null>,
): Promise<T> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const stored = await resource.read();
    if (ifMatch !== null && !matchesEtag(ifMatch, stored.version)) throw preconditionFailed(resource.type, stored, ifMatch);
    const written = await write(stored);
    if (written !== null) return written;
    // Jitter, so that writers who lost together don't meet again.
    if (attempt >= ATTEMPTS_WITHOUT_PAUSE) await sleep(1 + Math.random() * Math.min(attempt, LONGEST_PAUSE_MS));
  }
  throw new ScimError(503, null, `${resource.type} ${JSON.stringify(id)} is written by too many requests at once; send this one again`);
}

function preconditionFailed(type: string, { id, version }: Versioned, ifMatch: string): ScimError {
  return new ScimError(
    412,
    null,
    `${type} ${JSON.stringify(id)} has version W/"${version}", which If-Match ${JSON.stringify(ifMatch.slice(0, 100))} does not name`,
  );
}
