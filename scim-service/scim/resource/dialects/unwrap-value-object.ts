import { isJsonObject, memberOf } from '../../json-object.ts';
import type { ValueDialect } from './value-dialect.ts';

/**
 * Entra (old Microsoft library): an object around a plain value, such as `"title": {"$ref": null, "value": "Engineer"}`,
 * and `[{"value": "1"}]` for custom attributes. An object without `value` stays, and is refused.
 */
export const unwrapValueObject: ValueDialect = (definition, value) => {
  if (definition.type === 'complex' || !isJsonObject(value)) return value;
  const inner = memberOf(value, 'value');
  return inner === undefined ? value : inner;
};
