import type { ValueDialect } from './value-dialect.ts';

/**
 * Entra (old Microsoft library) and its validator: a list of one around the value of a single-valued attribute, such
 * as `"title": ["Engineer"]`. An empty list is no value.
 */
export const unwrapSingleElementList: ValueDialect = (_definition, value) => {
  if (!Array.isArray(value) || value.length > 1) return value;
  const only: unknown = value[0];
  return only ?? null;
};
