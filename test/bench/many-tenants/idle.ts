import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod, Running } from './installation.ts';
import { requestsOf } from './operator-counters.ts';
import { mebibytes, type Figure } from './print-figures.ts';
import { usageOf } from './process-usage.ts';
import { scrape } from './scrape.ts';

/** As often as Prometheus' usual configuration. */
const SCRAPE_INTERVAL_SECONDS = 30;

/** Nothing happens: what the processes take, without and with Prometheus. */
export async function idle(operator: Running, pods: readonly Pod[], idleSeconds: number): Promise<readonly Figure[]> {
  const all = [operator, ...pods];
  const before = requestsOf(await scrape(operator.adminPort));
  const alone = await cpuDuring(all, () => sleep(idleSeconds * 1_000));
  const after = requestsOf(await scrape(operator.adminPort));
  const scraped = await cpuDuring(all, async () => {
    for (let rest = idleSeconds; rest > 0; rest -= SCRAPE_INTERVAL_SECONDS) {
      await Promise.all(all.map(({ adminPort }) => scrape(adminPort)));
      await sleep(Math.min(rest, SCRAPE_INTERVAL_SECONDS) * 1_000);
    }
  });
  const figures: Figure[] = [];
  for (const [index, { name, program }] of all.entries()) {
    const { rss, peakRss } = await usageOf(program.pid);
    const memoryGoal = name === 'operator' ? 'under 256 MiB with 10,000' : '';
    const cpuGoal = name === 'operator' ? 'under 1 % with 10,000' : '';
    figures.push(
      { what: `${name}, memory (the most it ever was)`, measured: `${mebibytes(rss)} (${mebibytes(peakRss)})`, goal: memoryGoal },
      { what: `${name}, of one core`, measured: percent(alone[index] ?? NaN), goal: cpuGoal },
      { what: `${name}, of one core with a scrape each ${SCRAPE_INTERVAL_SECONDS} s`, measured: percent(scraped[index] ?? NaN) },
    );
  }
  const perMinute = ((after.total - before.total) / idleSeconds) * 60;
  return [...figures, { what: 'requests of the operator to the API server, a minute', measured: perMinute.toFixed(0) }];
}

/** @returns share of one core, in the order of the processes */
async function cpuDuring(all: readonly Running[], act: () => Promise<unknown>): Promise<readonly number[]> {
  const read = () => Promise.all(all.map(({ program }) => usageOf(program.pid)));
  const [begin, before] = [performance.now(), await read()];
  await act();
  const after = await read();
  const passed = (performance.now() - begin) / 1_000;
  return after.map(({ cpu }, index) => (cpu - (before[index]?.cpu ?? 0)) / passed);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
