/** What `kstatus` tells of an object; `NotFound` and `Unknown` are of whoever reads it. */
export type Kstatus = 'Current' | 'InProgress' | 'Failed' | 'Terminating';

interface StatusObject {
  readonly metadata: { readonly generation?: number; readonly deletionTimestamp?: string };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly observedGeneration?: number }[];
  };
}

/**
 * Status of a custom resource by the rules of kstatus (sigs.k8s.io/cli-utils/pkg/kstatus), in their order: Flux, kpt and
 * `kubectl` plugins wait by them.
 */
export function kstatusOf({ metadata, status = {} }: StatusObject): Kstatus {
  const { observedGeneration, conditions = [] } = status;
  if (metadata.deletionTimestamp) return 'Terminating';
  if (metadata.generation !== undefined && observedGeneration !== undefined && observedGeneration !== metadata.generation)
    return 'InProgress';
  for (const { type, status: value } of conditions) {
    if (type === 'Reconciling' && value === 'True') return 'InProgress';
    if (type === 'Stalled' && value === 'True') return 'Failed';
  }
  const ready = conditions.find(({ type }) => type === 'Ready');
  return ready?.status === 'False' || ready?.status === 'Unknown' ? 'InProgress' : 'Current';
}

/**
 * Whether `kubectl wait --for=condition=<type>` returns: the condition is True, and not of an older generation. A condition
 * without a generation is of the one that the whole status is of.
 */
export function kubectlWaitEnds({ metadata, status = {} }: StatusObject, type: string): boolean {
  const condition = status.conditions?.find((each) => each.type === type);
  if (condition === undefined) return false;
  const seen = condition.observedGeneration ?? status.observedGeneration;
  if (metadata.generation !== undefined && seen !== undefined && seen < metadata.generation) return false;
  return condition.status === 'True';
}
