import type { ValueDialect } from './value-dialect.ts';

/** OneLogin: one object in place of a list, such as `"emails": {"value": "a@example.com"}`. */
export const wrapSingleObject: ValueDialect = (definition, value) => (definition.multiValued && !Array.isArray(value) ? [value] : value);
