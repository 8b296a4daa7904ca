import { z } from 'zod';
import type { ResourceType } from '#common/kubernetes/kubernetes-object.ts';
import { readScimTenantSpec } from '../api/read-spec.ts';
import { readScimTenantStatus } from '../api/read-status.ts';
import { API_GROUP, API_VERSION, PEOPLE_FINALIZER, PLURAL, type ScimTenant } from '../api/scim-tenant.ts';

export const SCIM_TENANTS: ResourceType = { group: API_GROUP, version: API_VERSION, plural: PLURAL };

const managedFieldsSchema = z
  .array(
    z.object({
      manager: z.string().default(''),
      fieldsV1: z.object({ 'f:spec': z.record(z.string(), z.unknown()).optional() }).optional(),
    }),
  )
  .default([]);

const tenantSchema = z.object({
  metadata: z.object({
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    generation: z.int(),
    annotations: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
    finalizers: z.array(z.string()).default([]),
    managedFields: managedFieldsSchema,
  }),
  spec: z.unknown().optional(),
  status: z.unknown().optional(),
});

/**
 * A ScimTenant from the API's JSON. A spec that this version does not understand, because the CRD in the cluster is of
 * another, becomes an InvalidSpec.
 * @throws z.ZodError when it is no object of the kind
 */
export function parseScimTenant(value: unknown): ScimTenant {
  const { metadata, spec, status } = tenantSchema.parse(value);
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    generation: metadata.generation,
    annotations: metadata.annotations,
    deletionRequestedAt: metadata.deletionTimestamp ?? null,
    held: metadata.finalizers.includes(PEOPLE_FINALIZER),
    spec: readScimTenantSpec(spec),
    enabledOwners: ownersOfEnabled(metadata.managedFields),
    status: readScimTenantStatus(status),
  };
}

/** Field managers of `spec.enabled`; one that owns it by apply and by update is named once. */
function ownersOfEnabled(managedFields: z.infer<typeof managedFieldsSchema>): readonly string[] {
  const owners = managedFields.filter(({ fieldsV1 }) => fieldsV1?.['f:spec'] !== undefined && 'f:enabled' in fieldsV1['f:spec']);
  return [...new Set(owners.map(({ manager }) => manager))];
}
