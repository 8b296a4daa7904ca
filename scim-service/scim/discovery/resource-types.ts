import type { SchemaSet } from '#common/scim/schema.ts';

/**
 * The resource type that a set of schemas makes (RFC 7643 sections 6 and 8.6), `User` for those of a tenant. Extensions
 * are never required.
 *
 * @param baseUrl of the tenant, ending in `/scim/v2`
 */
export function resourceTypes(baseUrl: string, schemas: SchemaSet): readonly Record<string, unknown>[] {
  const { id, name, description } = schemas.core;
  return [
    {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: name,
      name,
      endpoint: `/${name}s`,
      description,
      schema: id,
      schemaExtensions: schemas.extensions.map((extension) => ({ schema: extension.id, required: false })),
      meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${name}` },
    },
  ];
}
