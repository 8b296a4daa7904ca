import { tenantConfigRevision, type TenantConfig } from '#common/tenant-config.ts';
import { isInvalidSpec } from '../../api/scim-tenant.ts';
import type { PodObservation } from '../observed.ts';
import { deletingConfig } from './deleting-config.ts';
import type { ObservedDeletion } from './observed-deletion.ts';

/** Why a deleted tenant may go: nobody is left, its owner keeps the people after all, or its namespace has waited for long enough. */
export type ReleaseReason = 'removed' | 'kept' | 'given up';

export type DeletionDecision =
  /** The pods go on with this config, which is to be written when `isNew`. */
  | { readonly kind: 'Remove'; readonly config: TenantConfig; readonly isNew: boolean }
  /** The config goes, and then the finalizer. */
  | { readonly kind: 'Release'; readonly why: ReleaseReason };

/**
 * What becomes of a tenant whose deletion was asked for. The removal of its people has begun with the first config; it may end
 * (`settled`) only when each pod that there is refuses requests and has none under way, so that nobody is written afterwards.
 */
export function decideDeletion({ tenant, derived, pods, namespaceHasWaited }: ObservedDeletion): DeletionDecision {
  const { uid, spec } = tenant;
  if (!isInvalidSpec(spec) && spec.tenantDeletion === 'Retain') return { kind: 'Release', why: 'kept' };
  if (pods?.deletions.some(({ id, progress }) => id === uid && progress !== null && progress.finishedAt !== null)) {
    return { kind: 'Release', why: 'removed' };
  }
  if (namespaceHasWaited) return { kind: 'Release', why: 'given up' };
  const settled = isSettled(derived, uid) || (pods !== null && allHaveStopped(pods, uid));
  const config = deletingConfig(tenant, derived, settled);
  return { kind: 'Remove', config, isNew: derived === null || tenantConfigRevision(derived) !== tenantConfigRevision(config) };
}

/** What all pods have done once stays done: a pod that starts later serves nothing else. */
function isSettled(derived: TenantConfig | null, uid: string): boolean {
  return derived?.state.kind === 'Deleting' && derived.state.id === uid && derived.state.settled;
}

function allHaveStopped({ expected, deletions }: PodObservation, uid: string): boolean {
  const stopped = deletions.filter(({ id, requestsInFlight }) => id === uid && requestsInFlight === 0);
  return expected > 0 && stopped.length >= expected;
}
