import { waitUntil } from '../../support/wait-until.ts';
import type { Installation, Pod, Running } from './installation.ts';
import { generations } from './kube-store.ts';
import { quiet, requestsOf, runsDone, runsOf } from './operator-counters.ts';
import { mebibytes, seconds, type Figure } from './print-figures.ts';
import { usageOf } from './process-usage.ts';
import { ReadyWatch } from './ready-watch.ts';

/** A measurement that takes longer than this has failed. */
const GIVE_UP_MS = 30 * 60_000;

/** Starts pods of the SCIM service and waits until they are ready. */
export async function startPods(installation: Installation, count: number): Promise<readonly Pod[]> {
  const pods = await Promise.all(Array.from({ length: count }, (_, n) => installation.startPod(`pod-${n + 1}`, { inService: true })));
  await waitUntil(async () => (await Promise.all(pods.map((pod) => pod.isReady()))).every(Boolean), { what: 'pods', timeoutMs: 60_000 });
  return pods;
}

/** The operator starts for the first time: there are tenants, and nothing of them is programmed. */
export async function coldStart(
  installation: Installation,
  pods: readonly Pod[],
  tenants: number,
): Promise<{ readonly operator: Running; readonly figures: readonly Figure[] }> {
  await using ready = await ReadyWatch.start(installation.client);
  const [begin, beginTime] = [performance.now(), Date.now()];
  const apiServerBefore = await installation.apiServerCpu();
  const podsBefore = await cpuOf(pods);
  const operator = await installation.startOperator();
  await waitUntil(
    () => {
      if (!operator.program.running()) throw new Error(`the operator ended: ${operator.program.lines.slice(-5).join('\n')}`);
      return ready.count() === tenants;
    },
    { what: `${tenants} ready tenants`, timeoutMs: GIVE_UP_MS, intervalMs: 20 },
  );
  const readyMs = performance.now() - begin;
  await waitUntil(() => pods.every(({ served }) => served.count() === tenants), { what: 'all in all pods', timeoutMs: GIVE_UP_MS });
  const servedMs = Math.max(...pods.map(({ served }) => (served.lastAt() ?? Infinity) - beginTime));
  const { peakRss, cpu } = await usageOf(operator.program.pid);
  const apiServer = (await installation.apiServerCpu()) - apiServerBefore;
  const podsCpu = (await cpuOf(pods)) - podsBefore;
  const last = await quiet(operator);
  await auditReports(installation, pods);
  const { total, writes } = requestsOf(last);
  return {
    operator,
    figures: [
      { what: 'every tenant Ready', measured: seconds(readyMs), goal: 'under 60 s with 10,000' },
      { what: 'every pod serves every tenant', measured: seconds(servedMs), goal: 'under 60 s with 10,000' },
      { what: 'runs for each tenant until it was quiet', measured: (runsOf(last) / tenants).toFixed(2) },
      { what: 'requests for each tenant until it was quiet', measured: (total / tenants).toFixed(2) },
      { what: 'of these, writes', measured: (writes / tenants).toFixed(2) },
      { what: 'processor time until all was Ready and served: operator', measured: `${cpu.toFixed(1)} s` },
      { what: 'API server and etcd', measured: `${apiServer.toFixed(1)} s` },
      { what: 'the pods together', measured: `${podsCpu.toFixed(1)} s` },
      { what: 'operator, peak of memory until then', measured: mebibytes(peakRss) },
    ],
  };
}

/** The operator starts again, with everything programmed. The one before has given its lease back. */
export async function restart(
  installation: Installation,
  before: Running,
  tenants: number,
): Promise<{ readonly operator: Running; readonly figures: readonly Figure[] }> {
  await before.program.stop('SIGTERM');
  const begin = performance.now();
  const operator = await installation.startOperator();
  const { at, last: atOnce } = await runsDone(operator, tenants);
  const { peakRss, cpu } = await usageOf(operator.program.pid);
  const last = await quiet(operator);
  return {
    operator,
    figures: [
      { what: 'every tenant looked at', measured: seconds(at - begin), goal: 'under 60 s with 10,000' },
      { what: 'runs for each tenant, then and until it was quiet', measured: perTenant(runsOf(atOnce), runsOf(last), tenants) },
      { what: 'requests for each tenant, likewise', measured: perTenant(requestsOf(atOnce).total, requestsOf(last).total, tenants) },
      { what: 'writes, but for the lease', measured: `${requestsOf(last).writes}`, goal: 'none' },
      { what: 'operator, processor time', measured: `${cpu.toFixed(1)} s` },
      { what: 'operator, peak of memory', measured: mebibytes(peakRss) },
    ],
  };
}

async function cpuOf(pods: readonly Pod[]): Promise<number> {
  const usages = await Promise.all(pods.map(({ program }) => usageOf(program.pid)));
  return usages.reduce((sum, { cpu }) => sum + cpu, 0);
}

function perTenant(then: number, inTheEnd: number, tenants: number): string {
  return `${(then / tenants).toFixed(2)}, ${(inTheEnd / tenants).toFixed(2)}`;
}

/** @throws Error when a pod does not serve just what the resources say */
export async function auditReports({ client }: Installation, pods: readonly Pod[]): Promise<void> {
  const wanted = await generations(client);
  for (const pod of pods) {
    const { tenants } = await pod.report();
    const wrong = [...wanted].filter(([key, generation]) => tenants[key]?.generation !== generation).map(([key]) => key);
    const alien = Object.keys(tenants).filter((key) => !wanted.has(key as `${string}/${string}`));
    if (wrong.length + alien.length === 0) continue;
    throw new Error(
      `${pod.name} does not serve what is wanted of ${wrong.length} tenants, and ${alien.length} others: ${wrong.slice(0, 5).join(', ')}`,
    );
  }
}
