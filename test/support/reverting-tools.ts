import type { KubernetesAnswer, KubernetesRequest } from './kubernetes-request.ts';

/**
 * The requests of tools that make a ScimTenant what a manifest says, as kubectl 1.33 was seen to send them (-v=8) and as the
 * sources of Argo CD, Flux and Helm have them. Each writes the field managers that docs/gitops.md lists.
 */

type Send = (request: KubernetesRequest) => Promise<KubernetesAnswer>;

export interface Manifest {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const MERGE = 'application/merge-patch+json';

export function tenantPath({ namespace, name }: Manifest['metadata']): string {
  return `/apis/scim-operator.dev/v1alpha1/namespaces/${namespace}/scimtenants/${name}`;
}

function objectOf(manifest: Manifest): { readonly [key: string]: unknown } {
  return { apiVersion: 'scim-operator.dev/v1alpha1', kind: 'ScimTenant', ...manifest };
}

/** `kubectl apply`, and Argo CD without server-side apply: a merge patch of what the manifest, now and last time, differs in. */
export async function clientSideApply(send: Send, manifest: Manifest, manager = 'kubectl-client-side-apply'): Promise<KubernetesAnswer> {
  const text = JSON.stringify(objectOf(manifest));
  const annotations = { [LAST_APPLIED]: text };
  const live = await send({ method: 'GET', path: tenantPath(manifest.metadata) });
  if (live.status === 404) {
    const path = tenantPath(manifest.metadata).replace(/\/[^/]+$/, '');
    const body = { ...objectOf(manifest), metadata: { ...manifest.metadata, annotations } };
    return send({ method: 'POST', path: `${path}?fieldManager=${manager}`, body });
  }
  const before = live.body.metadata.annotations?.[LAST_APPLIED] as string | undefined;
  const applied: Manifest['spec'] = before === undefined ? {} : (JSON.parse(before) as Manifest).spec;
  const changed = Object.entries(manifest.spec).filter(([name, value]) => JSON.stringify(live.body.spec[name]) !== JSON.stringify(value));
  const removed = Object.keys(applied).filter((name) => !(name in manifest.spec));
  if (changed.length === 0 && removed.length === 0 && before === text) return live;
  const spec = Object.fromEntries([...changed, ...removed.map((name) => [name, null])]);
  return send({
    method: 'PATCH',
    path: `${tenantPath(manifest.metadata)}?fieldManager=${manager}`,
    contentType: MERGE,
    body: { metadata: { annotations }, spec },
  });
}

/** `kubectl apply --server-side` (manager kubectl), Flux and Argo CD (with force), Helm 4 and Terraform (without). */
export function serverSideApply(
  send: Send,
  manifest: Manifest,
  { manager, force }: { readonly manager: string; readonly force: boolean },
): Promise<KubernetesAnswer> {
  return send({
    method: 'PATCH',
    path: `${tenantPath(manifest.metadata)}?fieldManager=${manager}&force=${force}`,
    contentType: 'application/apply-patch+yaml',
    body: objectOf(manifest),
  });
}

/** `kubectl patch --type=merge`, and `kubectl annotate` with the manager kubectl-annotate. */
export function mergePatch(send: Send, metadata: Manifest['metadata'], body: object, manager = 'kubectl-patch'): Promise<KubernetesAnswer> {
  return send({ method: 'PATCH', path: `${tenantPath(metadata)}?fieldManager=${manager}`, contentType: MERGE, body });
}

/** `kubectl replace`: the whole object, with the version that was read a moment ago. */
export async function replace(send: Send, manifest: Manifest): Promise<KubernetesAnswer> {
  const path = tenantPath(manifest.metadata);
  for (;;) {
    const { resourceVersion } = (await send({ method: 'GET', path })).body.metadata as { resourceVersion: string };
    const body = { ...objectOf(manifest), metadata: { ...manifest.metadata, resourceVersion } };
    const answer = await send({ method: 'PUT', path: `${path}?fieldManager=kubectl-replace`, body });
    // The operator wrote its status in between.
    if (answer.status !== 409) return answer;
  }
}
