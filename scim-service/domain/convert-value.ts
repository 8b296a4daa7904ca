import { convertScalar, type ScalarType } from '#common/convert-scalar.ts';
import type { MappingValueType } from '#common/tenant-config.ts';
import { isScimList, isScimObject, type ScimValue } from '../scim/scim-value.ts';
import type { PersonValue } from './stored-user.ts';

/**
 * Converts what a directory sent to the type that the tenant asked for. A list is converted value by value; a complex
 * value stands for its `value` (`manager`, one of `emails`). A StringList is a list even of one value.
 * @returns null when the value can't be read as that type
 */
export function convertValue(value: ScimValue, type: MappingValueType): PersonValue | null {
  if (type === 'StringList') return convertList(isScimList(value) ? value : [value], 'String');
  return isScimList(value) ? convertList(value, type) : convertSingle(value, type);
}

function convertList(values: readonly ScimValue[], type: ScalarType): PersonValue | null {
  const converted: PersonValue[] = [];
  for (const value of values) {
    const result = convertSingle(value, type);
    if (result === null) return null;
    converted.push(result);
  }
  return converted;
}

function convertSingle(value: ScimValue, type: ScalarType): PersonValue | null {
  const scalar = isScimObject(value) ? value['value'] : value;
  return scalar === undefined || typeof scalar === 'object' ? null : convertScalar(scalar, type);
}
