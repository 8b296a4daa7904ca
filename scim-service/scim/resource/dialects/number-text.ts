import type { ValueDialect } from './value-dialect.ts';

const INTEGER = /^[+-]?[0-9]{1,16}$/;
const DECIMAL = /^[+-]?[0-9]{1,40}([.][0-9]{1,40})?([eE][+-]?[0-9]{1,3})?$/;

/** Entra: attribute values of custom extensions flow as text, such as `"badge": "4711"` for an Integer. */
export const numberText: ValueDialect = (definition, value) => {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  const isNumber = (definition.type === 'integer' && INTEGER.test(text)) || (definition.type === 'decimal' && DECIMAL.test(text));
  return isNumber ? Number(text) : value;
};
