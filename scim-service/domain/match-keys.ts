import { foldCase } from '../scim/fold-case.ts';
import type { PersonRecord, PersonValue } from './stored-user.ts';

/** Longer values identify nobody, and an index doesn't hold them. */
const MAX_VALUE_LENGTH = 256;

/** Most keys of one person, far more than a record has fields. */
const MAX_KEYS = 500;

/**
 * The key of a value at a target, the same in any case: `contact.email` and `Kim@Acme.example` give one with
 * `kim@acme.example`.
 * @returns null for what identifies nobody: nothing, a list, a record, an empty or very long text
 */
export function matchKey(target: string, value: PersonValue | null): string | null {
  if (value === null || typeof value === 'object') return null;
  const text = String(value).trim();
  return text === '' || text.length > MAX_VALUE_LENGTH ? null : `${target}=${foldCase(text)}`;
}

/** Keys of all single values of a record and of those in its lists, so that any target can be asked for later. */
export function matchKeys(person: PersonRecord): readonly string[] {
  const keys = new Set<string>();
  collect(person, '', keys);
  return [...keys].slice(0, MAX_KEYS);
}

function collect(value: PersonValue, target: string, keys: Set<string>): void {
  if (typeof value !== 'object') {
    const key = matchKey(target, value);
    if (key !== null) keys.add(key);
  } else if (Array.isArray(value)) {
    for (const entry of value) collect(entry, target, keys);
  } else {
    for (const [field, inner] of Object.entries(value)) collect(inner, target === '' ? field : `${target}.${field}`, keys);
  }
}
