import { ENTERPRISE_USER_URN, type SchemaDefinition } from './schema.ts';
import { defineAttribute, defineSchema } from './define-attribute.ts';

/** Enterprise User extension (RFC 7643 sections 4.3 and 8.7.1). */
export const ENTERPRISE_USER_SCHEMA: SchemaDefinition = defineSchema({
  id: ENTERPRISE_USER_URN,
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    defineAttribute('employeeNumber', 'string', 'Number or code that the organization gave the person.'),
    defineAttribute('costCenter', 'string', 'Cost center.'),
    defineAttribute('organization', 'string', 'Organization.'),
    defineAttribute('division', 'string', 'Division.'),
    defineAttribute('department', 'string', 'Department.'),
    defineAttribute('manager', 'complex', "The person's manager.", {
      subAttributes: [
        defineAttribute('value', 'string', 'Identifier of the manager, a User of the same tenant.'),
        defineAttribute('$ref', 'reference', 'URI of the manager.', { referenceTypes: ['User'] }),
        defineAttribute('displayName', 'string', 'Name of the manager for display.', { mutability: 'readOnly' }),
      ],
    }),
  ],
});
