import type { AttributeDefinition } from '#common/scim/schema.ts';

/**
 * Rewrites one tolerated form of a value into what RFC 7643 says, before it is checked; any other value is returned as
 * it is. Pure, and looks at one level only.
 */
export type ValueDialect = (definition: AttributeDefinition, value: unknown) => unknown;
