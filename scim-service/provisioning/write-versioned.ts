import { matchesEtag } from '../domain/etag.ts';
import { ScimError } from '../scim/scim-error.ts';
import { retryLostRaces } from './retry-lost-races.ts';

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
 * @throws ScimError 404, 412, 503 as retryLostRaces does
 */
export function writeVersioned<R extends Versioned, T>(
  resource: { readonly type: 'User' | 'Group'; readonly read: () => Promise<R> },
  { id, ifMatch }: WriteTarget,
  write: (stored: R) => Promise<T | null>,
): Promise<T> {
  return retryLostRaces(`${resource.type} ${JSON.stringify(id)}`, async () => {
    const stored = await resource.read();
    if (ifMatch !== null && !matchesEtag(ifMatch, stored.version)) throw preconditionFailed(resource.type, stored, ifMatch);
    return write(stored);
  });
}

function preconditionFailed(type: string, { id, version }: Versioned, ifMatch: string): ScimError {
  return new ScimError(
    412,
    null,
    `${type} ${JSON.stringify(id)} has version W/"${version}", which If-Match ${JSON.stringify(ifMatch.slice(0, 100))} does not name`,
    { summary: `the ${type} has another version than If-Match names` },
  );
}
