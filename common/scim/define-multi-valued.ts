import type { AttributeDefinition, AttributeType } from './schema.ts';
import { defineAttribute } from './define-attribute.ts';

/**
 * A multi-valued complex attribute with the usual sub-attributes `value`, `display`, `type` and `primary`
 * (RFC 7643 section 2.4), for example `emails`.
 */
export function defineMultiValued(
  name: string,
  description: string,
  value: {
    readonly description: string;
    readonly type?: AttributeType;
    readonly types?: readonly string[];
    readonly referenceTypes?: readonly string[];
  },
): AttributeDefinition {
  return defineAttribute(name, 'complex', description, {
    multiValued: true,
    subAttributes: [
      defineAttribute('value', value.type ?? 'string', value.description, {
        ...(value.referenceTypes && { referenceTypes: value.referenceTypes }),
      }),
      defineAttribute('display', 'string', 'Name for display.'),
      typeSubAttribute(value.types),
      primarySubAttribute(),
    ],
  });
}

/** `type`: label of a value's function; clients may use other labels than the canonical ones. */
export function typeSubAttribute(canonicalValues?: readonly string[]): AttributeDefinition {
  return defineAttribute('type', 'string', "Label of the value's function.", { ...(canonicalValues && { canonicalValues }) });
}

/** `primary`: true for at most one value. */
export function primarySubAttribute(): AttributeDefinition {
  return defineAttribute('primary', 'boolean', 'Whether this is the preferred value; true for at most one.');
}
