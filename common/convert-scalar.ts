import type { MappingValueType } from './tenant-config.ts';

export type Scalar = string | number | boolean;

/** Types of one value; of a StringList each value is a String. */
export type ScalarType = Exclude<MappingValueType, 'StringList'>;

/** What each type takes, in the words of an error message. */
export const ACCEPTED_VALUES: Readonly<Record<MappingValueType, string>> = {
  String: 'text, a number or a Boolean',
  Integer: 'a whole number such as 42',
  Decimal: 'a number such as 1.5',
  Boolean: 'true or false',
  DateTime: 'an ISO 8601 date and time such as 2026-01-31T08:00:00Z',
  Reference: 'a URI or an id',
  StringList: 'text, or a list of texts',
};

/**
 * Converts one value to a type; Entra writes a Boolean as `"True"` and a number as `"42"`. Converting the result again
 * gives the same.
 * @returns null when the value can't be read as that type
 */
export function convertScalar(value: Scalar, type: ScalarType): Scalar | null {
  return CONVERSIONS[type](value);
}

const CONVERSIONS: Readonly<Record<ScalarType, (value: Scalar) => Scalar | null>> = {
  String,
  Integer: (value) => convertNumber(value, /^[+-]?[0-9]+$/, Number.isSafeInteger),
  Decimal: (value) => convertNumber(value, /^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?$/i, Number.isFinite),
  Boolean: convertBoolean,
  DateTime: (value) => (typeof value === 'string' ? convertDateTime(value.trim()) : null),
  Reference: (value) => (typeof value === 'string' ? value : null),
};

/** A number is taken as it is; of text, only what is a number from end to end (`Number('')` is 0, `Number('0x1f')` is 31). */
function convertNumber(value: Scalar, pattern: RegExp, accepts: (value: number) => boolean): number | null {
  if (typeof value === 'boolean') return null;
  const text = typeof value === 'string' ? value.trim() : null;
  if (text !== null && !pattern.test(text)) return null;
  const number = Number(text ?? value);
  if (!accepts(number)) return null;
  // JSON and databases tell -0 from 0 in different ways.
  return number === 0 ? 0 : number;
}

function convertBoolean(value: Scalar): boolean | null {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (text === 'true') return true;
  return text === 'false' ? false : null;
}

const DATE_TIME = /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$/i;

/**
 * Normalised to UTC with milliseconds, so that the product can sort and compare the text. A day alone is its midnight;
 * a time without a zone is taken as UTC, because the server's own zone would be chance.
 */
function convertDateTime(text: string): string | null {
  const [, day = '', time = '00:00', fraction = '', zone = 'Z'] = DATE_TIME.exec(text) ?? [];
  const midnight = new Date(`${day}T00:00:00Z`);
  // Date rolls the 31st of April over into May.
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(day)) return null;
  const seconds = time.length === 5 ? `${time}:00` : time;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const instant = new Date(`${day}T${seconds}${fraction.slice(0, 4)}${offset}`);
  return Number.isNaN(instant.getTime()) ? null : instant.toISOString();
}
