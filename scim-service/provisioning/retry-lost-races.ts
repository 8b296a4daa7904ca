import { setTimeout as sleep } from 'node:timers/promises';
import { ScimError } from '../scim/scim-error.ts';

/** Of n writers at once the slowest needs n attempts; Entra and Okta send a few dozen requests at a time. */
const MAX_ATTEMPTS = 100;
/** The first attempts follow at once: two writers are the usual case, and the loser wins next time. */
const ATTEMPTS_WITHOUT_PAUSE = 3;
const LONGEST_PAUSE_MS = 20;

/**
 * Does what can be lost to other writers, and begins anew as long as it is.
 * @param what is written, for the message
 * @param attempt reads and writes; returns null when others wrote in between
 * @throws ScimError 503 after MAX_ATTEMPTS lost races
 */
export async function retryLostRaces<T>(what: string, attempt: () => Promise<T | null>): Promise<T> {
  for (let attempts = 1; attempts <= MAX_ATTEMPTS; attempts += 1) {
    const written = await attempt();
    if (written !== null) return written;
    // Jitter, so that writers who lost together don't meet again.
    if (attempts >= ATTEMPTS_WITHOUT_PAUSE) await sleep(1 + Math.random() * Math.min(attempts, LONGEST_PAUSE_MS));
  }
  const detail = `${what} is written by too many requests at once; send this one again`;
  throw new ScimError(503, null, detail, { summary: detail });
}
