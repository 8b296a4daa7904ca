import { setTimeout as sleep } from 'node:timers/promises';
import { isWrite, type SeenRequest } from '#test/support/api-weather.ts';
import { waitUntil } from '#test/support/wait-until.ts';
import { WeatherWorld } from './weather-world.ts';

const PAUSE_MS = 60_000;

export interface PausedLeader {
  /** From the pause until the other one led. */
  readonly takeoverMs: number;
  /** What the leader of before sent after it woke up, until the other one was killed. */
  readonly writesOfSleeper: readonly Pick<SeenRequest, 'method' | 'path' | 'status'>[];
  readonly requestsOfSleeper: number;
  /** Warnings and errors in its log of that time. */
  readonly complaints: number;
}

/**
 * The leader is stopped for a minute in the middle of its work, and comes back to it while another one leads and tenants go
 * on being changed. Then the other one is killed.
 * @throws Error when a change is not in force in the end, or the process that was paused does not lead again
 */
export async function leaderIsPaused(): Promise<PausedLeader> {
  await using world = await WeatherWorld.start({ tenants: 40 });
  const sleeper = await world.startOperator('operator-0');
  await world.untilInForce();
  const other = await world.startOperator('operator-1');
  await waitUntil(() => other.weather.requests.length > 0, { what: 'the other one to wait', timeoutMs: 30_000 });

  // With slow reads, every worker has one under way at any moment; the answers come while the process stands still.
  sleeper.weather.setFault({ delayMs: 300 }, ({ method }) => method === 'GET');
  await world.edit('before');
  await sleep(1_500);
  process.kill(sleeper.program.pid, 'SIGSTOP');
  const stopped = performance.now();
  const minute = sleep(PAUSE_MS);
  await waitUntil(() => other.leads(), { what: 'the other one to lead', timeoutMs: 30_000 });
  const takeoverMs = performance.now() - stopped;
  await world.edit('meanwhile');
  await world.untilInForce();

  await minute;
  const stretch = sleeper.begin();
  process.kill(sleeper.program.pid, 'SIGCONT');
  for (let round = 0; round < 5; round++) {
    await world.edit(`after ${round}`);
    await sleep(1_000);
  }
  await world.untilInForce();
  if (!(await other.leads()) || (await sleeper.leads())) throw new Error('the one that was paused leads, too');
  const requests = sleeper.weather.since(stretch.mark);
  const seen = {
    takeoverMs,
    writesOfSleeper: requests.filter(isWrite).map(({ method, path, status }) => ({ method, path, status })),
    requestsOfSleeper: requests.length,
    complaints: stretch.complaints().length,
  };

  sleeper.weather.clear();
  await other.program.stop('SIGKILL');
  await world.edit('in the second term');
  await world.untilInForce();
  if (!(await sleeper.leads())) throw new Error('the one that was paused does not lead again');
  return seen;
}
