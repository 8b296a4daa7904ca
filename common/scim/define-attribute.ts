import type { AttributeDefinition, AttributeType, SchemaDefinition } from './schema.ts';

/** References and binary values are case exact (RFC 7643 sections 2.3.6 and 2.3.7). */
const CASE_EXACT_TYPES: ReadonlySet<AttributeType> = new Set(['reference', 'binary']);

/**
 * A frozen attribute definition. What `differences` doesn't name has the defaults of RFC 7643 section 2.2: optional,
 * single-valued, readWrite, returned by default, not unique.
 */
export function defineAttribute(
  name: string,
  type: AttributeType,
  description: string,
  differences: Partial<Omit<AttributeDefinition, 'name' | 'type' | 'description'>> = {},
): AttributeDefinition {
  return Object.freeze({
    name,
    type,
    multiValued: false,
    description,
    required: false,
    caseExact: CASE_EXACT_TYPES.has(type),
    mutability: 'readWrite' as const,
    returned: 'default' as const,
    uniqueness: 'none' as const,
    ...differences,
    ...(differences.subAttributes && { subAttributes: Object.freeze([...differences.subAttributes]) }),
  });
}

export function defineSchema(schema: SchemaDefinition): SchemaDefinition {
  return Object.freeze({ ...schema, attributes: Object.freeze([...schema.attributes]) });
}
