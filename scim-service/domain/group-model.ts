import { CORE_GROUP_SCHEMA } from '#common/scim/group-schema.ts';
import type { SchemaSet } from '#common/scim/schema.ts';

/**
 * What a group is made of, the same for every tenant: the mapping is about people. What clients send beyond it is dropped,
 * such as Entra's legacy schema `http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group`.
 */
export const GROUP_SCHEMAS: SchemaSet = Object.freeze({ core: CORE_GROUP_SCHEMA, extensions: Object.freeze([]) });
