import type { ValueDialect } from './value-dialect.ts';

/** Clients with numeric columns: a number where text is expected, such as `"employeeNumber": 99999`. */
export const numberForText: ValueDialect = (definition, value) => {
  // Beyond the safe integers JSON has already rounded the number, so it is no longer what the client wrote.
  if (definition.type !== 'string' || typeof value !== 'number' || Math.abs(value) > Number.MAX_SAFE_INTEGER) return value;
  return String(value);
};
