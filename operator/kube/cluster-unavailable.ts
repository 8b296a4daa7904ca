import { isForbidden, KubernetesApiError, KubernetesUnreachableError } from '#common/kubernetes/kubernetes-api-error.ts';
import { ClusterUnavailableError } from '../controller/cluster-unavailable-error.ts';

/**
 * Throws an error of the client as the cluster's unavailability where it is one, and as it is otherwise.
 *
 * 401 is about credentials, and 429 about the server's load: both are the same for every request. Any other answer may be about one object:
 * 500 and 504 come from webhooks too, and a request without an answer in time may have waited for one.
 */
export function throwClusterError(error: unknown): never {
  throw unavailabilityOf(error) ?? error;
}

/** How RBAC words a right that isn't there. A quota and an admission webhook answer 403 too, each about one object. */
const RIGHT_IS_MISSING = /\bcannot \S+ resource\b/;

/** The same for what every operator has a right to at all times: without it a right is gone, for a while or for good. */
export function throwOwnRightError(error: unknown): never {
  if (!isForbidden(error) || !RIGHT_IS_MISSING.test((error as Error).message)) throwClusterError(error);
  throw new ClusterUnavailableError(error as Error, { retryAfterMs: null, concernsAll: false });
}

function unavailabilityOf(error: unknown): ClusterUnavailableError | null {
  if (error instanceof KubernetesUnreachableError) {
    return new ClusterUnavailableError(error, { retryAfterMs: null, concernsAll: !error.timedOut });
  }
  if (!(error instanceof KubernetesApiError)) return null;
  const { status, retryAfterSeconds } = error;
  const concernsAll = status === 401 || status === 429;
  if (!concernsAll && status < 500) return null;
  return new ClusterUnavailableError(error, { retryAfterMs: retryAfterSeconds === null ? null : retryAfterSeconds * 1_000, concernsAll });
}
