import { z } from 'zod';
import type { KubernetesClient } from '#common/kubernetes/client.ts';
import { isConflict, isNotFound } from '#common/kubernetes/kubernetes-api-error.ts';
import { resourcePath } from '#common/kubernetes/kubernetes-object.ts';
import { API_GROUP, API_VERSION, FINALIZER_FIELD_MANAGER, KIND, PEOPLE_FINALIZER, type ScimTenant } from '../api/scim-tenant.ts';
import { applyRequest } from './apply-request.ts';
import { SCIM_TENANTS } from './parse-scim-tenant.ts';

/** Somebody writes the tenant between our read and our write, now and then; three times in a row is for a later run. */
const ATTEMPTS = 3;

const objectSchema = z.object({
  metadata: z.object({ uid: z.string(), resourceVersion: z.string(), finalizers: z.array(z.string()).default([]) }),
});

/** Puts the finalizer on a tenant. Nothing happens to one that has gone. */
export async function addFinalizer(client: KubernetesClient, { namespace, name, uid }: ScimTenant): Promise<void> {
  // With the uid, an apply to a name that has just gone, or was taken anew, is a conflict and makes nothing.
  const metadata = { namespace, name, uid, finalizers: [PEOPLE_FINALIZER] };
  const manifest = { apiVersion: `${API_GROUP}/${API_VERSION}`, kind: KIND, metadata };
  const path = resourcePath(SCIM_TENANTS, { namespace, name });
  await client.request(applyRequest({ path, manifest, fieldManager: FINALIZER_FIELD_MANAGER }));
}

/**
 * Takes the finalizer off, whoever put it there: a backup that was restored, say, owns it too, and then giving it up would leave
 * it. Nothing happens to a tenant that has gone.
 */
export async function removeFinalizer(client: KubernetesClient, { namespace, name, uid }: ScimTenant): Promise<void> {
  const path = resourcePath(SCIM_TENANTS, { namespace, name });
  for (let attempt = 1; ; attempt++) {
    try {
      const { metadata } = objectSchema.parse(await client.request({ method: 'GET', path }));
      if (metadata.uid !== uid || !metadata.finalizers.includes(PEOPLE_FINALIZER)) return;
      const finalizers = metadata.finalizers.filter((finalizer) => finalizer !== PEOPLE_FINALIZER);
      await client.request({
        method: 'PATCH',
        path,
        query: { fieldManager: FINALIZER_FIELD_MANAGER },
        headers: { 'content-type': 'application/merge-patch+json' },
        // With the version, since the list is replaced as a whole.
        body: { metadata: { uid, resourceVersion: metadata.resourceVersion, finalizers } },
      });
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}
