import type { AttributeDefinition } from './schema.ts';
import { defineAttribute } from './define-attribute.ts';

/**
 * Attributes that every resource has whatever its schema (RFC 7643 section 3.1), and `schemas` (section 3). A schema's
 * own attributes do not repeat them.
 */
export const COMMON_ATTRIBUTES: readonly AttributeDefinition[] = Object.freeze([
  defineAttribute('id', 'string', 'Unique identifier of the resource, given by the service provider.', {
    caseExact: true,
    mutability: 'readOnly',
    returned: 'always',
    uniqueness: 'server',
  }),
  defineAttribute('externalId', 'string', 'Identifier of the resource as the provisioning client knows it.', { caseExact: true }),
  defineAttribute('schemas', 'reference', 'URNs of the schemas that the resource is made of.', {
    multiValued: true,
    required: true,
    caseExact: false,
    // Follows from the content, so that nobody has to keep it right by hand.
    mutability: 'readOnly',
    returned: 'always',
    referenceTypes: ['uri'],
  }),
  defineAttribute('meta', 'complex', 'What the service provider knows about the resource itself.', {
    mutability: 'readOnly',
    subAttributes: [
      defineAttribute('resourceType', 'string', 'Name of the resource type.', { caseExact: true, mutability: 'readOnly' }),
      defineAttribute('created', 'dateTime', 'When the resource was added.', { mutability: 'readOnly' }),
      defineAttribute('lastModified', 'dateTime', 'When the resource was last changed.', { mutability: 'readOnly' }),
      defineAttribute('location', 'reference', 'URI of the resource.', { mutability: 'readOnly', referenceTypes: ['uri'] }),
      defineAttribute('version', 'string', 'Version of the resource, equal to its ETag.', { caseExact: true, mutability: 'readOnly' }),
    ],
  }),
]);
