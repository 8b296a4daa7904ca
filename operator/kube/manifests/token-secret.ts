import { API_GROUP, API_VERSION, KIND, ROTATE_AT_ANNOTATION, type ScimTenant } from '../../api/scim-tenant.ts';
import type { NewToken } from '../../controller/ports.ts';
import { GENERATED_LABEL, operatorLabels } from './labels.ts';

/** Secret with a token of our making; Kubernetes deletes it together with the tenant. */
export function tokenSecretManifest(tenant: ScimTenant, { name, ...token }: NewToken) {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name,
      namespace: tenant.namespace,
      labels: { ...operatorLabels(tenant), [GENERATED_LABEL]: 'true' },
      ...handledRotation(tenant),
      ownerReferences: [{ apiVersion: `${API_GROUP}/${API_VERSION}`, kind: KIND, name: tenant.name, uid: tenant.uid }],
    },
    data: tokenData(token),
  };
}

/** Merge patch that puts a new token into such a Secret. The API server refuses it for any other version; other keys stay. */
export function tokenRotationPatch(tenant: ScimTenant, { version, ...token }: NewToken & { readonly version: string }) {
  return { metadata: { resourceVersion: version, ...handledRotation(tenant) }, data: tokenData(token) };
}

/** The request that the token answers stands beside it, so that whoever reads one knows of the other. */
function handledRotation({ annotations }: ScimTenant) {
  const rotateAt = annotations[ROTATE_AT_ANNOTATION];
  return rotateAt === undefined ? {} : { annotations: { [ROTATE_AT_ANNOTATION]: rotateAt } };
}

function tokenData({ key, token }: Pick<NewToken, 'key' | 'token'>) {
  return { [key]: Buffer.from(token, 'utf8').toString('base64') };
}
