import { Document } from 'yaml';
import { tenantKey } from '#common/tenant-key.ts';
import { ROTATE_AT_ANNOTATION, TENANT_LABEL, type ScimTenant } from '#operator/api/scim-tenant.ts';
import type { NewToken } from '#operator/controller/ports.ts';
import { MANAGED_BY_LABEL, MANAGED_BY_VALUE } from './read-manifests.ts';

export function tokenSecretFileName(namespace: string, secret: string): string {
  return `${namespace}.${secret}.yaml`;
}

/** Text of the file that holds a token which this program made. */
export function renderTokenSecretFile(tenant: Pick<ScimTenant, 'namespace' | 'name' | 'annotations'>, secret: NewToken): string {
  const rotateAt = tenant.annotations[ROTATE_AT_ANNOTATION];
  const document = new Document({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secret.name,
      namespace: tenant.namespace,
      labels: { [MANAGED_BY_LABEL]: MANAGED_BY_VALUE, [TENANT_LABEL]: tenant.name },
      ...(rotateAt !== undefined && { annotations: { [ROTATE_AT_ANNOTATION]: rotateAt } }),
    },
    type: 'Opaque',
    stringData: { [secret.key]: secret.token },
  });
  document.commentBefore = ` The token of the ScimTenant ${tenantKey(tenant)}, to be pasted into the directory. A new one written here takes effect\n without a restart; the old one is still accepted for tokenPolicy.overlap.`;
  return document.toString({ lineWidth: 0 });
}
