import type { FilterNode } from './filter-tree.ts';
import type { AttributeDefinition } from './schema.ts';

type Comparison = Omit<Extract<FilterNode, { kind: 'compare' }>, 'path' | 'kind'>;

const ORDER_OPERATORS: ReadonlySet<string> = new Set(['gt', 'ge', 'lt', 'le']);
const TEXT_OPERATORS: ReadonlySet<string> = new Set(['co', 'sw', 'ew']);

/**
 * Why a sub-attribute can't be compared like that (RFC 7644 section 3.4.2.2, table 3), with what is accepted; null when
 * it can. For sub-attributes of the core and enterprise schemas, which are text, Booleans and binary.
 */
export function comparisonProblem({ name, type }: AttributeDefinition, { operator, value }: Comparison): string | null {
  const isText = type !== 'boolean' && type !== 'binary';
  if (!isText && (ORDER_OPERATORS.has(operator) || TEXT_OPERATORS.has(operator))) {
    return `${name} is ${type}, so "${operator}" can't compare it; use eq, ne or pr`;
  }
  if (value === null) return operator === 'eq' || operator === 'ne' ? null : `only eq and ne compare with null, not "${operator}"`;
  if (type === 'boolean') return isBoolean(value) ? null : `${name} is true or false; compare it with one of them`;
  // Of 1.50 the filter's tree doesn't know any more how it was written.
  const isFaithful = typeof value !== 'number' || Number.isSafeInteger(value);
  return isFaithful ? null : `${name} is text; write what it is compared with in double quotes`;
}

/** Entra writes Booleans as text too. */
function isBoolean(value: string | number | boolean): boolean {
  return typeof value === 'boolean' || (typeof value === 'string' && /^\s*(true|false)\s*$/i.test(value));
}
