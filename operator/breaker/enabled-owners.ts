import { BREAKER_FIELD_MANAGER } from '../api/scim-tenant.ts';

/** Owner of `spec.enabled` in a directory of YAML files, where nobody is told apart. */
export const FILE_OWNER = 'file';

/**
 * Field managers of tools that put spec back to what a repository says, without a person having decided anything.
 * Argo CD writes as argocd-controller (server-side apply) or under its program's name; Flux as its two controllers.
 */
const REVERTING_TOOLS: ReadonlySet<string> = new Set([
  'argocd-controller',
  'argocd-application-controller',
  'kustomize-controller',
  'helm-controller',
  'helm',
  'flux',
]);

/** Whether somebody other than the breaker and the reverting tools stands behind the value of `spec.enabled`. */
export function setByPerson(enabledOwners: readonly string[]): boolean {
  return enabledOwners.some((owner) => owner !== BREAKER_FIELD_MANAGER && !REVERTING_TOOLS.has(owner));
}
