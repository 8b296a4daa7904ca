import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from './installation.ts';
import { scrape, type Scrape } from './scrape.ts';

/** A scrape of many tenants costs the operator some time, which must not be more than this part of what is measured. */
const SHARE_OF_SCRAPES = 0.1;
const SHORTEST_PAUSE_MS = 250;

/** Reports hold activity and people back for up to 30 s, so that a shorter silence is not the end. */
const QUIET_MS = 40_000;
const LOOK_MS = 4_000;

/** Requests of the operator to the API server since its start. */
export interface Requests {
  readonly total: number;
  /** Everything that changes an object, but the lease's renewals, which are the only PUT. */
  readonly writes: number;
}

export function requestsOf(scraped: Scrape): Requests {
  const of = (method: string): number => scraped.sum('rest_client_requests_total', `method="${method}"`);
  return { total: scraped.sum('rest_client_requests_total'), writes: of('PATCH') + of('POST') + of('DELETE') };
}

/**
 * Waits until at least so many runs have ended and no key waits.
 * @returns milliseconds of the monotonic clock when it was seen
 */
export async function runsDone({ adminPort, program }: Running, runs: number): Promise<{ readonly at: number; readonly last: Scrape }> {
  for (;;) {
    if (!program.running()) throw new Error(`the operator ended: ${program.lines.slice(-5).join('\n')}`);
    const last = await scrape(adminPort).catch(() => null);
    if (last && runsOf(last) >= runs && last.sum('workqueue_depth') === 0) return { at: performance.now(), last };
    await sleep(Math.max(SHORTEST_PAUSE_MS, (last?.milliseconds ?? 0) / SHARE_OF_SCRAPES));
  }
}

/** Waits until no run was made for longer than anything is held back. @returns the last scrape */
export async function quiet({ adminPort }: Running): Promise<Scrape> {
  let last = await scrape(adminPort);
  for (let since = performance.now(); performance.now() - since < QUIET_MS;) {
    await sleep(LOOK_MS);
    const next = await scrape(adminPort);
    if (runsOf(next) !== runsOf(last)) since = performance.now();
    last = next;
  }
  return last;
}

export function runsOf(scraped: Scrape): number {
  return scraped.sum('controller_runtime_reconcile_total');
}
