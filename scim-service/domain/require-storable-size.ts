import { ScimError } from '../scim/scim-error.ts';
import type { StoredUser } from './stored-user.ts';

/**
 * Most characters that resource and record of a person may have as JSON. MongoDB takes documents of 16 MiB, in its own
 * format, which needs 5.5 bytes at most for a character of JSON (a list of one-digit numbers).
 */
const MAX_LENGTH = 2.5 * 1024 * 1024;

/**
 * Refuses what no store could keep, before it is tried: patch by patch a person can grow without end.
 * @throws ScimError 400 invalidValue that names the largest attribute
 */
export function requireStorableSize(user: StoredUser): StoredUser {
  const length = lengthOf(user.resource) + lengthOf(user.person);
  if (length <= MAX_LENGTH) return user;
  const [largest = ''] = Object.entries(user.resource)
    .toSorted(([, left], [, right]) => lengthOf(right) - lengthOf(left))
    .map(([name]) => name);
  throw ScimError.invalidValue(
    `the person would have ${length} characters of JSON with what the mapping makes of them, but at most ${MAX_LENGTH} are kept; ` +
      `attribute ${JSON.stringify(largest)} is the largest`,
  );
}

function lengthOf(value: unknown): number {
  return JSON.stringify(value).length;
}
