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
    setOwn(record, name, inner);
    record = inner;
  }
  const last = target.at(-1);
  if (last !== undefined) setOwn(record, last, value);
}

/** `__proto__` is a field as any other, in a record of the product or in a mapping; assigned, it would be the prototype. */
function setOwn(record: PersonDraft, name: string, value: PersonValue): void {
  if (name !== '__proto__') record[name] = value;
  else Object.defineProperty(record, name, { value, writable: true, enumerable: true, configurable: true });
}

/**
 * What is left of a record once other fields are written: without these, without a field around or inside of one, and
 * without records that this leaves empty.
 * @param written targets as in `fieldAt`
 */
export function withoutFields(person: PersonRecord, written: readonly (readonly string[])[]): PersonRecord {
  if (Object.keys(person).length === 0) return person;
  const rest: PersonDraft = {};
  for (const [field, value] of Object.entries(person)) {
    const concerned = written.filter(([name]) => name === field).map((names) => names.slice(1));
    if (concerned.length === 0) setOwn(rest, field, value);
    else if (isRecord(value) && concerned.every(({ length }) => length > 0)) {
      const inner = withoutFields(value, concerned);
      if (Object.keys(inner).length > 0) setOwn(rest, field, inner);
    }
  }
  return rest;
}

/** Lays one record over another, which have no field in common: records are joined, anything else is the upper one's. */
export function overlay(lower: PersonRecord, upper: PersonRecord): PersonDraft {
  const joined = draftOf(lower);
  for (const [field, value] of Object.entries(upper)) {
    const below = Object.hasOwn(joined, field) ? joined[field] : undefined;
    setOwn(joined, field, below !== undefined && isRecord(below) && isRecord(value) ? overlay(below, value) : copyValue(value));
  }
  return joined;
}

/** The fields of a record with the values that another one has for them; without those that it lacks. */
export function fieldsAsIn(fields: PersonRecord, person: PersonRecord): PersonRecord {
  const taken: PersonDraft = {};
  for (const [field, value] of Object.entries(fields)) {
    const actual = Object.hasOwn(person, field) ? person[field] : undefined;
    if (actual === undefined) continue;
    if (!isRecord(value) || !isRecord(actual) || Object.keys(value).length === 0) {
      setOwn(taken, field, actual);
      continue;
    }
    const inner = fieldsAsIn(value, actual);
    if (Object.keys(inner).length > 0) setOwn(taken, field, inner);
  }
  return taken;
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
