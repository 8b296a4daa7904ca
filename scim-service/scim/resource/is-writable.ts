import type { AttributeDefinition } from '#common/scim/schema.ts';

/**
 * Whether what a client sends for an attribute is kept: not for readOnly ones (`id`, `meta`, `schemas`, `groups`), and not for
 * writeOnly ones: nobody signs in here, so a `password` (Okta always sends one) is better not had at all.
 */
export function isWritable({ mutability }: AttributeDefinition): boolean {
  return mutability === 'readWrite' || mutability === 'immutable';
}
