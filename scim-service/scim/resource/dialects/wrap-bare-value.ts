import { findAttribute } from '#common/scim/resolve-path.ts';
import type { ValueDialect } from './value-dialect.ts';

/**
 * Entra: a plain value where an object with `value` belongs, such as `"manager": "b5f2a1d0-…"` for
 * `{"value": "b5f2a1d0-…"}`; seen for group members too.
 */
export const wrapBareValue: ValueDialect = (definition, value) => {
  if (definition.type !== 'complex' || (typeof value !== 'string' && typeof value !== 'number')) return value;
  return findAttribute(definition.subAttributes ?? [], 'value') === null ? value : { value };
};
