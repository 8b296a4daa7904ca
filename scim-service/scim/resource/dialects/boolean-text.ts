import type { ValueDialect } from './value-dialect.ts';

/**
 * Entra without the flag aadOptscim062020: Booleans as text, such as `"active": "False"` or `"primary": "True"`; admins'
 * own expressions also make `"false"`.
 */
export const booleanText: ValueDialect = (definition, value) => {
  if (definition.type !== 'boolean' || typeof value !== 'string') return value;
  switch (value.trim().toLowerCase()) {
    case 'true':
      return true;
    case 'false':
      return false;
    default:
      return value;
  }
};
