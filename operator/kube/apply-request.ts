import type { KubernetesRequest } from '#common/kubernetes/client.ts';

export interface ApplyOptions {
  readonly path: string;
  /** Whole of what the manager wants to own; what it owned before and is missing now is given up. */
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly fieldManager: string;
}

/** Server-side apply. Forced, because each of our managers has fields that nobody else may decide. */
export function applyRequest({ path, manifest, fieldManager }: ApplyOptions): KubernetesRequest {
  return {
    method: 'PATCH',
    path,
    query: { fieldManager, force: true },
    // YAML is a superset of JSON; the type's name is all that differs.
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: manifest,
  };
}
