import type { AttributeDefinition, AttributeType } from '#common/scim/schema.ts';

interface ScalarType {
  readonly expected: string;
  readonly accepts: (value: unknown) => value is string | number | boolean;
}

/** xsd:dateTime (RFC 7643 section 2.3.5); a zone may be missing, and a date alone is taken too. */
const DATE_TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$/i;
/** Both alphabets of RFC 4648; line breaks as in PEM. */
const BASE64 = /^[A-Za-z0-9+/_\s-]*={0,2}\s*$/;

const TEXT: ScalarType = { expected: 'a string', accepts: isText };

const SCALAR_TYPES: Readonly<Record<AttributeType, ScalarType>> = {
  string: TEXT,
  boolean: { expected: 'true or false', accepts: (value) => typeof value === 'boolean' },
  integer: { expected: 'a whole number', accepts: (value): value is number => Number.isSafeInteger(value) },
  decimal: { expected: 'a number', accepts: (value): value is number => Number.isFinite(value) },
  dateTime: { expected: 'a date-time such as "2026-01-31T12:00:00Z"', accepts: isDateTime },
  reference: { expected: 'a string with a URI', accepts: isText },
  binary: { expected: 'a string in Base64', accepts: (value): value is string => isText(value) && BASE64.test(value) },
  complex: { expected: 'an object', accepts: (_value): _value is never => false },
};

/**
 * Checks a value that isn't complex; text stays as the client wrote it, so that it finds its own values again. Only what
 * isn't Unicode becomes U+FFFD.
 * @returns null for a value of another type
 */
export function readScalar({ type }: AttributeDefinition, value: unknown): string | number | boolean | null {
  if (!SCALAR_TYPES[type].accepts(value)) return null;
  // Half of a surrogate pair (a name cut within an emoji) is no UTF-8: a store would change it, or take two of them for one.
  return typeof value === 'string' ? value.toWellFormed() : value;
}

/** What readScalar takes for an attribute, in the words of a message. */
export function expectedScalar({ type }: AttributeDefinition): string {
  return SCALAR_TYPES[type].expected;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isDateTime(value: unknown): value is string {
  return typeof value === 'string' && DATE_TIME.test(value) && !Number.isNaN(Date.parse(value));
}
