import type { PersonRecord, PersonValue } from '#scim-service/domain/stored-user.ts';

/** What a line of an import says. A problem names fields and never a value. */
export type PersonLine = { readonly id: string | null; readonly person: PersonRecord } | { readonly problem: string };

/** Half of what is kept of a person, so that there is room for what the directory sends of them. */
const MAX_LENGTH = 128 * 1024;
const MAX_DEPTH = 32;
/** As of a value in SCIM. */
const MAX_VALUES = 5_000;
const MAX_NAME_LENGTH = 200;

/** It is in the URL of the person's resource. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/;

/** Thrown within this file alone. */
class LineProblem extends Error {}

/**
 * Reads `{"id": "…", "person": {…}}` (with or without `id`), or a bare record. A null is as good as nothing and left out;
 * text that isn't Unicode is mended as in SCIM.
 */
export function readPersonLine(text: string): PersonLine {
  try {
    const { id, record } = unwrap(parse(text));
    const person = readRecord(record, []);
    if (Object.keys(person).length === 0) throw new LineProblem('has no field with a value');
    const { length } = JSON.stringify(person);
    if (length > MAX_LENGTH) throw new LineProblem(`has a record of ${length} characters; at most ${MAX_LENGTH} are kept`);
    return { id, person };
  } catch (error) {
    if (error instanceof LineProblem) return { problem: error.message };
    throw error;
  }
}

function parse(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // What JSON.parse says quotes the text.
    throw new LineProblem('is not JSON; write one object on each line');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new LineProblem('is not a JSON object');
  return value;
}

function unwrap(line: object): { readonly id: string | null; readonly record: object } {
  const members = new Map<string, unknown>(Object.entries(line));
  const person = members.get('person');
  const isWrapped = typeof person === 'object' && person !== null && !Array.isArray(person) && members.size === (members.has('id') ? 2 : 1);
  if (!isWrapped) return { id: null, record: line };
  const id = members.get('id') ?? null;
  if (id === null) return { id, record: person };
  if (typeof id === 'string' && ID.test(id)) return { id, record: person };
  throw new LineProblem('has an "id" that can\'t be one; write a text of 1 to 128 letters, digits, ".", "_", "~" and "-", such as a UUID');
}

function readRecord(record: object, place: readonly string[]): PersonRecord {
  if (place.length >= MAX_DEPTH) throw new LineProblem(`nests deeper than ${MAX_DEPTH} levels`);
  const entries: [string, PersonValue][] = [];
  for (const [name, value] of Object.entries(record) as [string, unknown][]) {
    // A dot would be taken for a field within a field, as in a target.
    if (name === '' || name.length > MAX_NAME_LENGTH || name === '__proto__' || /[.\p{Cc}]/u.test(name) || !name.isWellFormed()) {
      throw new LineProblem(`has a field${within(place)} whose name can't be one; write 1 to ${MAX_NAME_LENGTH} characters without a dot`);
    }
    const read = readValue(value, [...place, name]);
    if (read !== null) entries.push([name, read]);
  }
  return Object.fromEntries(entries);
}

function readValue(value: unknown, place: readonly string[]): PersonValue | null {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return readNumber(value, place);
  if (!Array.isArray(value)) return readRecord(value as object, place);
  if (place.length >= MAX_DEPTH) throw new LineProblem(`nests deeper than ${MAX_DEPTH} levels`);
  if (value.length > MAX_VALUES) throw new LineProblem(`has ${value.length} values${within(place)}; at most ${MAX_VALUES} are kept`);
  return value.map((entry: unknown) => readValue(entry, [...place, '[]'])).filter((entry) => entry !== null);
}

function readNumber(value: number, place: readonly string[]): number {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    throw new LineProblem(`has a number${within(place)} that can't be kept exactly; write it as text`);
  }
  // No store tells it from 0.
  return value === 0 ? 0 : value;
}

/** Names that look like somebody's data are not told. */
function within(place: readonly string[]): string {
  if (place.length === 0) return '';
  const names = place.map((name) => (/^[A-Za-z_$][\w$-]{0,63}$/.test(name) || name === '[]' ? name : '?'));
  return ` in "${names.join('.').replaceAll('.[]', '[]')}"`;
}
