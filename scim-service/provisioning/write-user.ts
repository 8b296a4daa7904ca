import { setTimeout as sleep } from 'node:timers/promises';
import { matchesEtag } from '../domain/etag.ts';
import type { StoredUser } from '../domain/stored-user.ts';
import type { TenantModel } from '../domain/tenant-model.ts';
import { ScimError } from '../scim/scim-error.ts';
import { refuseTakenUserName } from './refuse-taken-user-name.ts';
import { requireUser } from './require-user.ts';
import type { UserStore } from './user-store.ts';

/** Of n writers at once the slowest needs n attempts; Entra and Okta send a few dozen requests at a time. */
const MAX_ATTEMPTS = 100;
/** The first attempts follow at once: two writers are the usual case, and the loser wins next time. */
const ATTEMPTS_WITHOUT_PAUSE = 3;
const LONGEST_PAUSE_MS = 20;

/** The person to write; no store has changed while this runs. */
export interface WriteTarget {
  readonly id: string;
  /** `If-Match` header; null when the client sent none. */
  readonly ifMatch: string | null;
}

/**
 * Reads a person, lets `write` compute and compare the version that it read, and begins anew as long as others write
 * in between. With `If-Match` a lost race ends in 412, because the version that the client saw is gone then.
 * @param write returns null when the store had another version by then
 * @throws ScimError 404, 409 uniqueness, 412, 503 after MAX_ATTEMPTS lost races
 */
export async function writeUser<T>(
  store: UserStore,
  model: TenantModel,
  { id, ifMatch }: WriteTarget,
  write: (stored: StoredUser) => Promise<T | null>,
): Promise<T> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const stored = await requireUser(store, model, id);
    if (ifMatch !== null && !matchesEtag(ifMatch, stored.version)) throw preconditionFailed(stored, ifMatch);
    const written = await refuseTakenUserName(() => write(stored));
    if (written !== null) return written;
    // Jitter, so that writers who lost together don't meet again.
    if (attempt >= ATTEMPTS_WITHOUT_PAUSE) await sleep(1 + Math.random() * Math.min(attempt, LONGEST_PAUSE_MS));
  }
  throw new ScimError(503, null, `User ${JSON.stringify(id)} is written by too many requests at once; send this one again`);
}

/**
 * Writes what `change` makes of a person, if that is another.
 * @param change returns its argument when nothing changes; then nothing is written and the version stays
 * @throws ScimError as writeUser does
 */
export function changeUser(
  store: UserStore,
  model: TenantModel,
  target: WriteTarget,
  change: (stored: StoredUser) => StoredUser,
): Promise<StoredUser> {
  return writeUser(store, model, target, async (stored) => {
    const next = change(stored);
    return next === stored || (await store.replace(next, stored.version)) ? next : null;
  });
}

function preconditionFailed({ id, version }: StoredUser, ifMatch: string): ScimError {
  return new ScimError(
    412,
    null,
    `User ${JSON.stringify(id)} has version W/"${version}", which If-Match ${JSON.stringify(ifMatch.slice(0, 100))} does not name`,
  );
}
