import type { KubernetesClient } from '#common/kubernetes/client.ts';
import { SECRETS, resourcePath, type ResourceType } from '#common/kubernetes/kubernetes-object.ts';
import { listObjects } from '#common/kubernetes/list-objects.ts';
import { tenantKey, type TenantKey, type TenantName } from '#common/tenant-key.ts';
import { SCIM_TENANTS } from '#operator/kube/parse-scim-tenant.ts';
import { inParallel } from './in-parallel.ts';
import { nameOf, scimTenant, tokenSecret } from './tenant-manifests.ts';

const NAMESPACES: ResourceType = { group: '', version: 'v1', plural: 'namespaces' };

/** More than the API server works on at once with two cores, so that it never waits for us. */
const PARALLEL = 32;

/** The API server need not send back what it was sent. */
const METADATA_ONLY = { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' };

/** Creates the tenants, each with the Secret of its token, and the namespaces that they live in. */
export async function createTenants(client: KubernetesClient, tenants: number, namespaces: number): Promise<void> {
  const create = async (resource: ResourceType, namespace: string | null, body: object): Promise<void> => {
    await client.request({ method: 'POST', path: resourcePath(resource, { namespace }), body, headers: METADATA_ONLY });
  };
  const names = Array.from({ length: tenants }, (_, n) => nameOf(n, namespaces));
  await inParallel([...new Set(names.map(({ namespace }) => namespace))], PARALLEL, (name) =>
    create(NAMESPACES, null, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
  );
  await inParallel(names, PARALLEL, async (name) => {
    await create(SECRETS, name.namespace, tokenSecret(name));
    await create(SCIM_TENANTS, name.namespace, scimTenant(name));
  });
}

/** Changes a tenant's spec as `kubectl patch` does. @returns the generation that this made */
export async function patchSpec(client: KubernetesClient, { namespace, name }: TenantName, spec: object): Promise<number> {
  const answer = await client.request({
    method: 'PATCH',
    path: resourcePath(SCIM_TENANTS, { namespace, name }),
    query: { fieldManager: 'kubectl-patch' },
    headers: { ...METADATA_ONLY, 'content-type': 'application/merge-patch+json' },
    body: { spec },
  });
  return (answer as { metadata: { generation: number } }).metadata.generation;
}

/** Generation of every tenant. */
export async function generations(client: KubernetesClient): Promise<ReadonlyMap<TenantKey, number>> {
  const found = new Map<TenantKey, number>();
  for await (const page of listObjects(client, { resource: SCIM_TENANTS, namespace: null, metadataOnly: true })) {
    for (const { metadata } of page) found.set(tenantKey(metadata), metadata['generation'] as number);
  }
  return found;
}
