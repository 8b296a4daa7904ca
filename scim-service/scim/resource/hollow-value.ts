import type { ScimObject } from '../scim-value.ts';

/** Sub-attributes that only say something about a value (RFC 7643 section 2.4). */
const DESCRIPTORS: ReadonlySet<string> = new Set(['type', 'primary', 'display', '$ref']);

/** Whether nothing is left of a complex value but its label, as of `{"type":"work"}` after its `value` was cleared. */
export function isHollow(value: ScimObject): boolean {
  return Object.keys(value).every((name) => DESCRIPTORS.has(name));
}
