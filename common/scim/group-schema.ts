import { CORE_GROUP_URN, type SchemaDefinition } from './schema.ts';
import { defineAttribute, defineSchema } from './define-attribute.ts';

/** Core Group (RFC 7643 sections 4.2 and 8.7.1). */
export const CORE_GROUP_SCHEMA: SchemaDefinition = defineSchema({
  id: CORE_GROUP_URN,
  name: 'Group',
  description: 'Group',
  attributes: [
    // Section 8.7.1 says required: false, against the text of section 4.2.
    defineAttribute('displayName', 'string', 'Name of the group for display.', { required: true }),
    defineAttribute('members', 'complex', 'Members of the group.', {
      multiValued: true,
      subAttributes: [
        // Case exact as the `id` that it is, against section 8.7.1: it is looked up as one.
        defineAttribute('value', 'string', 'Identifier of the member.', { caseExact: true, mutability: 'immutable' }),
        defineAttribute('$ref', 'reference', 'URI of the member.', { mutability: 'immutable', referenceTypes: ['User', 'Group'] }),
        // Not in section 8.7.1, but one of the usual sub-attributes (section 2.4), and clients send it.
        defineAttribute('display', 'string', 'Name of the member for display.', { mutability: 'immutable' }),
        defineAttribute('type', 'string', 'Kind of the member.', { mutability: 'immutable', canonicalValues: ['User', 'Group'] }),
      ],
    }),
  ],
});
