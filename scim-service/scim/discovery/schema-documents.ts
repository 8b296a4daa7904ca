import { COMMON_ATTRIBUTES } from '#common/scim/common-attributes.ts';
import type { AttributeDefinition, SchemaDefinition, SchemaSet } from '#common/scim/schema.ts';

/** Whether an attribute (sub-attribute null) or one of its sub-attributes is shown; names in canonical case. */
export type KeepAttribute = (schemaId: string, attribute: string, subAttribute: string | null) => boolean;

/**
 * Schema documents (RFC 7643 sections 7 and 8.7) of what `keep` says, so that a tenant sees what it selected: the core
 * schema, and the extensions that keep anything. A complex attribute of which no sub-attribute is kept is left out.
 * `externalId`, being common to all resources, isn't in the RFC's documents; it is listed because Entra looks up here
 * the attributes that its mapping writes.
 *
 * @param baseUrl of the tenant, ending in `/scim/v2`
 */
export function schemaDocuments(baseUrl: string, schemas: SchemaSet, keep: KeepAttribute): readonly Record<string, unknown>[] {
  const { core, extensions } = schemas;
  const externalId = COMMON_ATTRIBUTES.filter(({ name }) => name === 'externalId');
  const documents = extensions.map((schema) => document(baseUrl, schema, schema.attributes, keep));
  return [
    document(baseUrl, core, [...externalId, ...core.attributes], keep),
    ...documents.filter(({ attributes }) => attributes.length > 0),
  ];
}

function document(
  baseUrl: string,
  { id, name, description }: SchemaDefinition,
  attributes: readonly AttributeDefinition[],
  keep: KeepAttribute,
): Record<string, unknown> & { readonly attributes: readonly Record<string, unknown>[] } {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id,
    name,
    description,
    attributes: attributes.filter((attribute) => keep(id, attribute.name, null)).flatMap((attribute) => describe(id, attribute, keep)),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${id}` },
  };
}

function describe(schemaId: string, attribute: AttributeDefinition, keep: KeepAttribute): readonly Record<string, unknown>[] {
  if (!attribute.subAttributes) return [{ ...attribute }];
  const subAttributes = attribute.subAttributes.filter(({ name }) => keep(schemaId, attribute.name, name));
  return subAttributes.length === 0 ? [] : [{ ...attribute, subAttributes: subAttributes.map((subAttribute) => ({ ...subAttribute })) }];
}
