import { API_GROUP, API_VERSION, KIND, type ScimTenant } from '../../api/scim-tenant.ts';
import { GENERATED_LABEL, operatorLabels } from './labels.ts';

/** Secret with a token of our making; Kubernetes deletes it together with the tenant. */
export function tokenSecretManifest(tenant: ScimTenant, secret: { readonly name: string; readonly key: string; readonly token: string }) {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name: secret.name,
      namespace: tenant.namespace,
      labels: { ...operatorLabels(tenant), [GENERATED_LABEL]: 'true' },
      ownerReferences: [{ apiVersion: `${API_GROUP}/${API_VERSION}`, kind: KIND, name: tenant.name, uid: tenant.uid }],
    },
    data: { [secret.key]: Buffer.from(secret.token, 'utf8').toString('base64') },
  };
}
