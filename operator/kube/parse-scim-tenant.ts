import { z } from 'zod';
import type { ResourceType } from '#common/kubernetes/kubernetes-object.ts';
import { readScimTenantSpec } from '../api/read-spec.ts';
import { readScimTenantStatus } from '../api/read-status.ts';
import {
  API_GROUP,
  API_VERSION,
  BREAKER_FIELD_MANAGER,
  CLIENT_SIDE_APPLY_MANAGER,
  PEOPLE_FINALIZER,
  PLURAL,
  type ScimTenant,
} from '../api/scim-tenant.ts';

export const SCIM_TENANTS: ResourceType = { group: API_GROUP, version: API_VERSION, plural: PLURAL };

const managedFieldsSchema = z
  .array(
    z.object({
      manager: z.string().default(''),
      operation: z.string().default(''),
      apiVersion: z.string().default(''),
      fieldsV1: z.object({ 'f:spec': z.record(z.string(), z.unknown()).optional() }).optional(),
    }),
  )
  .default([]);

type ManagedFields = z.infer<typeof managedFieldsSchema>;

/** What `kubectl apply` without `--server-side` applied last, as JSON. Tools that work like it write it too. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

const enablingSchema = z.object({ spec: z.object({ enabled: z.literal(true) }) });

const tenantSchema = z.object({
  metadata: z.object({
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
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
  const enabledOwners = ownersOfEnabled(metadata.managedFields);
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    generation: metadata.generation,
    annotations: metadata.annotations,
    deletionRequestedAt: metadata.deletionTimestamp ?? null,
    held: metadata.finalizers.includes(PEOPLE_FINALIZER),
    spec: readScimTenantSpec(spec),
    enabledOwners,
    possibleOwners: enabledOwners.length === 0 ? writersOfOtherVersions(metadata.managedFields) : [],
    enablingManifests: enablingManifests(metadata, spec),
    status: readScimTenantStatus(status),
  };
}

/** Field managers of `spec.enabled`; one that owns it by apply and by update is named once. */
function ownersOfEnabled(managedFields: ManagedFields): readonly string[] {
  return [...new Set(managedFields.filter(ownsEnabled).map(({ manager }) => manager))];
}

/**
 * An entry names the fields as the version has them through which its manager writes, and of another version only what has
 * kept its name is known. A later version may rename a field; it must not give the name to another.
 */
function writersOfOtherVersions(managedFields: ManagedFields): readonly string[] {
  const entries = managedFields.filter(
    ({ apiVersion, fieldsV1 }) => apiVersion !== `${API_GROUP}/${API_VERSION}` && fieldsV1?.['f:spec'] !== undefined,
  );
  const mayBeManifest = entries.some(({ operation, manager }) => operation === 'Apply' || manager === CLIENT_SIDE_APPLY_MANAGER);
  return mayBeManifest ? [] : [...new Set(entries.map(({ manager }) => manager))];
}

/** Whoever owns a field by server-side apply has it in its manifest, with the value that the field has. */
function enablingManifests(
  { managedFields, annotations }: { readonly managedFields: ManagedFields; readonly annotations: Readonly<Record<string, string>> },
  spec: unknown,
): readonly string[] {
  const appliers = enablingSchema.safeParse({ spec }).success
    ? managedFields.filter((entry) => entry.operation === 'Apply' && entry.manager !== BREAKER_FIELD_MANAGER && ownsEnabled(entry))
    : [];
  const lastApplied = enablingSchema.safeParse(parseJson(annotations[LAST_APPLIED])).success ? [CLIENT_SIDE_APPLY_MANAGER] : [];
  return [...appliers.map(({ manager }) => manager), ...lastApplied];
}

function ownsEnabled({ fieldsV1 }: ManagedFields[number]): boolean {
  return fieldsV1?.['f:spec'] !== undefined && 'f:enabled' in fieldsV1['f:spec'];
}

/** An annotation may hold anything. */
function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
