import { setTimeout as sleep } from 'node:timers/promises';
import { KubernetesUnreachableError } from '#common/kubernetes/kubernetes-api-error.ts';
import type { TenantKey, TenantName } from '#common/tenant-key.ts';
import { tenantKey } from '#common/tenant-key.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { percentile } from '../steady-load.ts';
import type { Installation, Pod, Running } from './installation.ts';
import { patchSpec } from './kube-store.ts';
import { requestsOf } from './operator-counters.ts';
import type { Figure } from './print-figures.ts';
import { scrape } from './scrape.ts';

/** A change that no pod has served by then counts as lost. */
const GIVE_UP_MS = 60_000;

interface Change {
  readonly key: TenantKey;
  readonly generation: number;
  /** When the API server had answered, in milliseconds since 1970. */
  readonly answeredAt: number;
}

export interface PropagationOptions {
  readonly tenants: readonly TenantName[];
  readonly perSecond: number;
  readonly seconds: number;
}

/** Changes the specs of tenants at a fixed pace, and looks how long it takes until every pod serves each change. */
export async function propagation(
  { client }: Installation,
  { operator, pods }: { readonly operator: Running; readonly pods: readonly Pod[] },
  { tenants, perSecond, seconds }: PropagationOptions,
): Promise<readonly Figure[]> {
  const before = requestsOf(await scrape(operator.adminPort));
  const changes: Change[] = [];
  const pending: Promise<void>[] = [];
  let unanswered = 0;
  const change = async (n: number): Promise<void> => {
    const tenant = tenants[Math.floor(Math.random() * tenants.length)];
    if (tenant === undefined) return;
    try {
      const generation = await patchSpec(client, tenant, { displayName: `Tenant ${tenant.name}, change ${n}` });
      changes.push({ key: tenantKey(tenant), generation, answeredAt: Date.now() });
    } catch (error) {
      // A machine that is too small for the pace; the figures would say nothing without this one.
      if (!(error instanceof KubernetesUnreachableError)) throw error;
      unanswered += 1;
    }
  };
  const begin = performance.now();
  for (let n = 0; n < perSecond * seconds; n += 1) {
    await sleep(Math.max(0, begin + (n * 1_000) / perSecond - performance.now()));
    pending.push(change(n));
  }
  await Promise.all(pending);
  const isServed = ({ key, generation }: Change): boolean => pods.every(({ served }) => served.servedAt(key, generation) !== null);
  await waitUntil(() => changes.every(isServed), { what: 'every change in every pod', timeoutMs: GIVE_UP_MS }).catch(
    async (error: unknown) => {
      const missing = changes.filter((change) => !isServed(change));
      const depth = (await scrape(operator.adminPort)).sum('workqueue_depth');
      const named = missing.slice(0, 5).map(({ key, generation }) => `${key} ${generation}`);
      throw new Error(`${missing.length} changes are not served, and ${depth} tenants wait for the operator: ${named.join(', ')}`, {
        cause: error,
      });
    },
  );
  const latencies = changes
    .map(
      ({ key, generation, answeredAt }) => Math.max(...pods.map(({ served }) => served.servedAt(key, generation) ?? Infinity)) - answeredAt,
    )
    .sort((a, b) => a - b);
  const after = requestsOf(await scrape(operator.adminPort));
  const milliseconds = (share: number): string => `${percentile(latencies, share).toFixed(0)} ms`;
  return [
    { what: 'changes', measured: `${changes.length}, ${perSecond}/s` },
    { what: 'further changes, which the API server did not answer', measured: `${unanswered}`, goal: 'none' },
    { what: 'until every pod serves the change, p50', measured: milliseconds(0.5) },
    { what: 'p99', measured: milliseconds(0.99), goal: 'under 1,000 ms with 1,000' },
    { what: 'the longest', measured: milliseconds(1) },
    { what: 'requests of the operator for each change', measured: ((after.total - before.total) / changes.length).toFixed(2) },
  ];
}
