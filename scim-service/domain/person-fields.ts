import type { PersonRecord, PersonValue } from './stored-user.ts';

/** A person's record while it is built. */
export interface PersonDraft {
  [field: string]: PersonValue;
}

/** The value at a target such as `['contact', 'email']`, or null when there is none. */
export function fieldAt(person: PersonRecord, target: readonly string[]): PersonValue | null {
  let value: PersonValue = person;
  for (const name of target) {
    if (!isRecord(value) || !Object.hasOwn(value, name)) return null;
    const inner: PersonValue | undefined = value[name];
    if (inner === undefined) return null;
    value = inner;
  }
  return value;
}

/** Sets a field of a draft that the caller owns, inner records included, and makes the records on the way. */
export function setField(draft: PersonDraft, target: readonly string[], value: PersonValue): void {
  let record = draft;
  for (const name of target.slice(0, -1)) {
    const existing = Object.hasOwn(record, name) ? record[name] : undefined;
    const inner: PersonDraft = existing !== undefined && isRecord(existing) ? existing : {};
    record[name] = inner;
    record = inner;
  }
  const last = target.at(-1);
  if (last !== undefined) record[last] = value;
}

/** A copy whose records can be set without touching the original. */
export function draftOf(person: PersonRecord): PersonDraft {
  return copyRecord(person);
}

/** A copy whose records can be set without touching the original; for plain JSON far quicker than structuredClone. */
export function copyValue(value: PersonValue): PersonValue {
  if (typeof value !== 'object') return value;
  return isRecord(value) ? copyRecord(value) : value.map(copyValue);
}

function copyRecord(record: PersonRecord): PersonDraft {
  return Object.fromEntries(Object.entries(record).map(([field, value]) => [field, copyValue(value)]));
}

function isRecord(value: PersonValue): value is PersonRecord {
  return typeof value === 'object' && !Array.isArray(value);
}
