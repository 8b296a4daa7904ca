import { isScimObject, type ScimValue } from '../scim-value.ts';

/**
 * Leaves `primary: true` on one value at most (RFC 7643 section 2.4): on the first that is new, else on the first. The
 * others get `primary: false`, as RFC 7644 section 3.5.2 wants it when a new primary is set.
 */
export function withOnePrimary(values: readonly ScimValue[], isNew: (value: ScimValue) => boolean): readonly ScimValue[] {
  const primaries = values.filter(isPrimary);
  if (primaries.length <= 1) return values;
  const chosen = primaries.find(isNew) ?? primaries[0];
  let given = false;
  return values.map((value) => {
    if (!isScimObject(value) || !isPrimary(value)) return value;
    if (value === chosen && !given) {
      given = true;
      return value;
    }
    return { ...value, primary: false };
  });
}

function isPrimary(value: ScimValue): boolean {
  return isScimObject(value) && Object.hasOwn(value, 'primary') && value['primary'] === true;
}
