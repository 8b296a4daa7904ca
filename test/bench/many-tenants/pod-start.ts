import { waitUntil } from '../../support/wait-until.ts';
import type { Installation } from './installation.ts';
import { mebibytes, seconds, type Figure } from './print-figures.ts';
import { usageOf } from './process-usage.ts';

/** One more pod starts while every tenant is programmed. */
export async function podStart(installation: Installation): Promise<readonly Figure[]> {
  const begin = performance.now();
  await using stack = new AsyncDisposableStack();
  const pod = await installation.startPod('new-pod', { inService: false });
  stack.defer(() => pod.program.stop('SIGTERM').then(() => {}));
  await waitUntil(() => pod.isReady(), { what: 'a ready pod', timeoutMs: 600_000, intervalMs: 20 });
  const readyMs = performance.now() - begin;
  const { rss, peakRss, cpu } = await usageOf(pod.program.pid);
  return [
    { what: 'a new pod is ready', measured: seconds(readyMs) },
    { what: 'its processor time until then', measured: `${cpu.toFixed(1)} s` },
    {
      what: 'its memory then (the most it ever was)',
      measured: `${mebibytes(rss)} (${mebibytes(peakRss)})`,
      goal: 'under 256 MiB with 10,000',
    },
  ];
}
