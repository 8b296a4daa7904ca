import type { AttributeDefinition, SchemaDefinition, SchemaSet } from '#common/scim/schema.ts';
import { tenantSchemas } from '#common/scim/tenant-schemas.ts';

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const CUSTOM = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
export const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';

/** Core, enterprise and an extension with one attribute of each type. */
export const USER_SCHEMAS: SchemaSet = tenantSchemas([
  { source: `${CUSTOM}:tag`, type: null },
  { source: `${CUSTOM}:badge`, type: 'Integer' },
  { source: `${CUSTOM}:grade`, type: 'Decimal' },
  { source: `${CUSTOM}:onSite`, type: 'Boolean' },
  { source: `${CUSTOM}:hiredAt`, type: 'DateTime' },
  { source: `${CUSTOM}:site`, type: 'Reference' },
  // A name that every JavaScript object answers to.
  { source: `${CUSTOM}:constructor`, type: null },
]);

const TAGS_ATTRIBUTE: AttributeDefinition = {
  name: 'tags',
  type: 'string',
  multiValued: true,
  description: 'Tags.',
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
};

export const TAGS = 'urn:ietf:params:scim:schemas:extension:tags:2.0:User';
const TAGS_SCHEMA: SchemaDefinition = { id: TAGS, name: 'Tags', description: 'Tags', attributes: [TAGS_ATTRIBUTE] };

/** With a multi-valued attribute that isn't complex. */
export const SCHEMAS_WITH_TAGS: SchemaSet = { ...USER_SCHEMAS, extensions: [...USER_SCHEMAS.extensions, TAGS_SCHEMA] };
