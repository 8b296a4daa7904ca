import { ClusterUnavailableError } from '#operator/controller/cluster-unavailable-error.ts';
import type { ClusterReader, ClusterWriter } from '#operator/controller/ports.ts';

type Port = ClusterReader & ClusterWriter;
type Method = keyof Port;

const METHODS: readonly Method[] = [
  'tenant',
  'tenantKeys',
  'tokenSecret',
  'derivedConfig',
  'derivedConfigKeys',
  'isNamespaceTerminating',
  'applyDerivedConfig',
  'deleteDerivedConfig',
  'createTokenSecret',
  'rotateTokenSecret',
  'mirrorDisabled',
  'holdTenant',
  'releaseTenant',
  'writeStatus',
  'recordEvent',
  'recordNamespaceEvent',
];

export interface FaultyCluster {
  readonly port: Port;
  /** Every call so far, the failed ones included. */
  readonly calls: Method[];
  /** Asked at each call; what it gives is thrown. Null at first. */
  fault: ((method: Method, args: readonly unknown[]) => Error | null) | null;
}

/** A cluster whose calls are counted, and fail as a test says. */
export function aFaultyCluster(cluster: Port): FaultyCluster {
  const calls: Method[] = [];
  const call =
    (method: Method) =>
    async (...args: readonly unknown[]): Promise<unknown> => {
      calls.push(method);
      const error = faulty.fault?.(method, args);
      if (error) throw error;
      return (cluster[method] as (...all: readonly unknown[]) => Promise<unknown>).apply(cluster, [...args]);
    };
  const faulty: FaultyCluster = {
    port: Object.fromEntries(METHODS.map((method) => [method, call(method)])) as unknown as Port,
    calls,
    fault: null,
  };
  return faulty;
}

export function unavailable(
  options: { readonly retryAfterMs?: number | null; readonly concernsAll?: boolean } = {},
): ClusterUnavailableError {
  return new ClusterUnavailableError(new Error('connect ECONNREFUSED'), { retryAfterMs: null, concernsAll: true, ...options });
}
