import type { CompareOperator, CompareValue } from '#common/scim/filter-tree.ts';
import type { AttributeDefinition } from '#common/scim/schema.ts';
import type { ScimValue } from '../scim-value.ts';
import { invalidFilter, comparandOf, literalComparand, type Comparand } from './comparand.ts';

/** A test of all values that a resource has for an attribute. */
export function compileCompare(
  definition: AttributeDefinition,
  operator: CompareOperator,
  value: CompareValue,
): (values: readonly ScimValue[]) => boolean {
  if (value === null) return compileNull(definition, operator);
  // `ne` is compared as `eq`, then turned round: no value may be equal, rather than any value differ.
  const isNegated = operator === 'ne';
  const compared = isNegated ? 'eq' : operator;
  const expected = literalComparand(definition, compared, value);
  const compare = COMPARISONS[compared];
  return (values) => {
    const isAny = values.some((actual) => {
      const comparand = comparandOf(definition, compared, actual);
      return comparand !== null && compare(comparand, expected);
    });
    return isAny !== isNegated;
  };
}

/** null and absent are the same (RFC 7643 section 2.5). */
function compileNull({ name }: AttributeDefinition, operator: CompareOperator): (values: readonly ScimValue[]) => boolean {
  if (operator === 'eq') return (values) => values.length === 0;
  if (operator === 'ne') return (values) => values.length > 0;
  throw invalidFilter(`The filter applies "${operator}" to ${name} and null; only eq and ne compare with null`);
}

const COMPARISONS: Readonly<Record<Exclude<CompareOperator, 'ne'>, (actual: Comparand, expected: Comparand) => boolean>> = {
  eq: (actual, expected) => actual === expected,
  co: (actual, expected) => String(actual).includes(String(expected)),
  sw: (actual, expected) => String(actual).startsWith(String(expected)),
  ew: (actual, expected) => String(actual).endsWith(String(expected)),
  gt: (actual, expected) => actual > expected,
  ge: (actual, expected) => actual >= expected,
  lt: (actual, expected) => actual < expected,
  le: (actual, expected) => actual <= expected,
};
