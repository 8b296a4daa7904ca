/** JSON as SCIM carries it, after `null` has been taken out (RFC 7643 section 2.5: null and absent are the same). */
export type ScimValue = string | number | boolean | readonly ScimValue[] | ScimObject;

export interface ScimObject {
  readonly [attribute: string]: ScimValue;
}

export function isScimObject(value: ScimValue | undefined): value is ScimObject {
  return typeof value === 'object' && !Array.isArray(value);
}

export function isScimList(value: ScimValue | undefined): value is readonly ScimValue[] {
  return Array.isArray(value);
}
