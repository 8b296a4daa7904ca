import type { CompareOperator, CompareValue } from '#common/scim/filter-tree.ts';
import type { AttributeDefinition } from '#common/scim/schema.ts';
import { foldText } from '../fold-text.ts';
import { quoteValue } from '../quote-value.ts';
import { ScimError } from '../scim-error.ts';
import { booleanText } from '../resource/dialects/boolean-text.ts';
import { numberText } from '../resource/dialects/number-text.ts';
import { instantOf } from './instant.ts';

/** What values are compared as: text folded unless case exact, points in time as milliseconds since 1970. */
export type Comparand = string | number | boolean;

const ORDER_OPERATORS: ReadonlySet<CompareOperator> = new Set(['gt', 'ge', 'lt', 'le']);
const TEXT_OPERATORS: ReadonlySet<CompareOperator> = new Set(['co', 'sw', 'ew']);

/**
 * Brings a filter's value to the type of its attribute. Entra writes Booleans as text (`roles[primary eq "True"]`), and
 * numbers may be quoted or not.
 *
 * @throws ScimError invalidFilter when the attribute's type doesn't allow the operator (RFC 7644 table 3) or the value
 */
export function literalComparand(definition: AttributeDefinition, operator: CompareOperator, value: NonNullable<CompareValue>): Comparand {
  assertOperator(definition, operator);
  assertFaithful(definition, value);
  const typed = numberText(definition, booleanText(definition, value));
  // As readScalar writes what isn't Unicode.
  const text = String(value).toWellFormed();
  const comparand = isTextual(definition, operator) ? foldText(definition, text) : comparandOf(definition, operator, typed);
  if (comparand !== null) return comparand;
  throw invalidFilter(
    `The filter compares ${definition.name} with ${quoteValue(value)}, but ${EXPECTED[definition.type]} is expected`,
    `The filter compares ${definition.name} with a value that is not ${EXPECTED[definition.type]}`,
  );
}

const EXPECTED: Readonly<Record<AttributeDefinition['type'], string>> = {
  string: 'text',
  reference: 'text',
  binary: 'text',
  boolean: 'true or false',
  integer: 'a number',
  decimal: 'a number',
  dateTime: 'a date-time such as "2026-01-31T12:00:00Z"',
  complex: 'one of its sub-attributes',
};

/** Operators of RFC 7644 table 3 by type; text is found in a point in time too, as in `sw "2026-03"`. */
function assertOperator({ name, type }: AttributeDefinition, operator: CompareOperator): void {
  if (type === 'complex') {
    throw invalidFilter(`The filter compares ${name} itself, but it has sub-attributes, one of which is to be compared`);
  }
  const isOrdered = type !== 'boolean' && type !== 'binary';
  const isText = type === 'string' || type === 'reference' || type === 'dateTime';
  if ((isOrdered || !ORDER_OPERATORS.has(operator)) && (isText || !TEXT_OPERATORS.has(operator))) return;
  throw invalidFilter(
    `The filter applies "${operator}" to ${name}, which is ${type}; eq, ne and pr${isOrdered ? ', gt, ge, lt and le' : ''} are accepted`,
  );
}

/** Unquoted digits are tolerated for text, but of 1.50 the filter's tree doesn't know any more how it was written. */
function assertFaithful({ name, type }: AttributeDefinition, value: NonNullable<CompareValue>): void {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || type === 'integer' || type === 'decimal') return;
  throw invalidFilter(
    `The filter compares ${name}, which is ${type}, with the number ${value}; write text in double quotes`,
    `The filter compares ${name}, which is ${type}, with a number`,
  );
}

/** Points in time are searched in (co, sw, ew) by their text. */
function isTextual({ type }: AttributeDefinition, operator: CompareOperator): boolean {
  return type === 'string' || type === 'reference' || type === 'binary' || (type === 'dateTime' && TEXT_OPERATORS.has(operator));
}

/** A stored value as literalComparand has it; null when it is of another type, and nothing is equal to that. */
export function comparandOf(definition: AttributeDefinition, operator: CompareOperator, value: unknown): Comparand | null {
  if (isTextual(definition, operator)) return typeof value === 'string' ? foldText(definition, value) : null;
  if (definition.type === 'boolean') return typeof value === 'boolean' ? value : null;
  if (definition.type !== 'dateTime') return typeof value === 'number' ? value : null;
  return typeof value === 'string' ? instantOf(value) : null;
}

/** @param summary the detail without values; the detail itself by default, which then has none */
export function invalidFilter(detail: string, summary: string = detail): ScimError {
  return new ScimError(400, 'invalidFilter', detail, { summary });
}
