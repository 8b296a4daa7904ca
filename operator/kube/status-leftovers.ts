import type { KubernetesRequest } from '#common/kubernetes/client.ts';

/**
 * Whether the stored status has something that we did not apply. Server-side apply takes away only what nobody else owns, and
 * a backup program that restores a status owns all of it: a tenant that is well again would stay `Stalled`.
 * @param stored `status` in the answer to our apply
 * @param applied what we sent; members that a CRD of before does not know may be missing in `stored`
 */
export function hasLeftovers(stored: unknown, applied: unknown): boolean {
  if (Array.isArray(stored) && Array.isArray(applied)) return stored.length > applied.length;
  if (!isObject(stored) || !isObject(applied)) return false;
  return Object.entries(stored).some(([name, member]) => !Object.hasOwn(applied, name) || hasLeftovers(member, applied[name]));
}

export interface ReplaceStatusOptions {
  readonly path: string;
  /** A status that somebody has written since is not replaced: the API server answers with a conflict. */
  readonly resourceVersion: string;
  readonly status: Readonly<Record<string, unknown>>;
  readonly fieldManager: string;
}

/** Puts a whole status in the place of the stored one, whoever owns what in it. */
export function replaceStatusRequest({ path, resourceVersion, status, fieldManager }: ReplaceStatusOptions): KubernetesRequest {
  return {
    method: 'PATCH',
    path,
    query: { fieldManager },
    headers: { 'content-type': 'application/json-patch+json' },
    body: [
      { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
      { op: 'replace', path: '/status', value: status },
    ],
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
