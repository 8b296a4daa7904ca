import type { ApiServer } from '../support/api-server.ts';
import { aNamespace, createApplier, type Applier } from '../support/apply-manifests.ts';
import { renderChart } from '../support/chart.ts';
import { startAuditedApiServer, type AuditedApiServer } from './audited-api-server.ts';
import { NAMESPACE, startChartPods, type ChartPods } from './chart-pods.ts';

/** The chart on a real API server, with its pods. */
export interface InstalledChart extends ChartPods, AuditedApiServer, AsyncDisposable {
  readonly api: ApiServer;
  readonly applier: Applier;
}

export async function installChart(args: readonly string[]): Promise<InstalledChart> {
  const stack = new AsyncDisposableStack();
  const audited = await startAuditedApiServer(stack);
  const { api } = audited;
  const applier = createApplier(api);
  const manifests = await renderChart(args);
  await applier.applyAll([NAMESPACE, `${NAMESPACE}-config`, 'team-hr'].map((name) => aNamespace(name)));
  await applier.applyAll(manifests);
  const pods = await startChartPods({ api, applier, manifests, stack });
  return { ...audited, ...pods, applier, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
