import { ScimError } from '../scim/scim-error.ts';
import { isScimList, isScimObject, type ScimObject } from '../scim/scim-value.ts';
import type { StoredUser } from './stored-user.ts';

/**
 * Most characters that resource and record of a person may have as JSON. A page has 200 people and a scan holds 500 at a time,
 * so that memory is a matter of the largest ones; what directories send of a person is a hundredth of this.
 */
const MAX_LENGTH = 256 * 1024;

/** Most values of one attribute, far more than anybody has roles. A filter looks at each of them for each of its conditions. */
const MAX_VALUES = 5_000;

/**
 * Refuses what no store could keep, before it is tried: patch by patch a person can grow without end.
 * @throws ScimError 400 invalidValue that names the largest attribute
 */
export function requireStorableSize(user: StoredUser): StoredUser {
  requireFewValues(user.resource);
  if (isStorable(user)) return user;
  const [largest = ''] = Object.entries(user.resource)
    .toSorted(([, left], [, right]) => lengthOf(right) - lengthOf(left))
    .map(([name]) => name);
  const detail =
    `the person would have ${lengthOfUser(user)} characters of JSON with what the mapping makes of them, but at most ${MAX_LENGTH} are kept; ` +
    `attribute ${JSON.stringify(largest)} is the largest`;
  throw ScimError.invalidValue(detail, { summary: detail });
}

/** Whether resource and record together are as short as they have to be. */
export function isStorable(user: StoredUser): boolean {
  return lengthOfUser(user) <= MAX_LENGTH;
}

function lengthOfUser({ resource, person }: StoredUser): number {
  return lengthOf(resource) + lengthOf(person);
}

function requireFewValues(attributes: ScimObject): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (isScimObject(value)) requireFewValues(value);
    if (!isScimList(value) || value.length <= MAX_VALUES) continue;
    const detail = `attribute ${JSON.stringify(name)} of the person would have ${value.length} values, but at most ${MAX_VALUES} are kept`;
    throw ScimError.invalidValue(detail, { summary: detail });
  }
}

function lengthOf(value: unknown): number {
  return JSON.stringify(value).length;
}
