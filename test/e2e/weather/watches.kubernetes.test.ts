import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { isWatch } from '#test/support/api-weather.ts';
import { waitUntil } from '#test/support/wait-until.ts';
import { WeatherWorld, type WeatherOperator } from './weather-world.ts';

const TENANTS = 20;

/** ScimTenants, Secrets and derived Secrets. */
const WATCHES = 3;

/** Tests are chapters of the life of one operator. */
describe('an operator whose watches are cut', () => {
  let world: WeatherWorld;
  let operator: WeatherOperator;

  beforeAll(async () => {
    // Compacted so often, resource versions grow old within a test.
    world = await WeatherWorld.start({ tenants: TENANTS, flags: ['--etcd-compaction-interval=1s'] });
    operator = await world.startOperator('operator-0', {
      NODE_OPTIONS: `--import=${new URL('jumping-clock.ts', import.meta.url).href}`,
    });
    await world.untilInForce();
  }, 120_000);

  afterAll(async () => {
    expect(operator.program.running()).toBe(true);
    await world?.[Symbol.asyncDispose]();
  });

  test('hears of every change though they are cut again and again in the middle, and opens each again once for each cut', async () => {
    const stretch = operator.begin();
    const cuts = 10;
    for (let cut = 0; cut < cuts; cut++) {
      const editing = world.edit(`cut ${cut}`);
      operator.weather.cutWatches();
      await editing;
      await sleep(300);
    }
    await world.untilInForce();
    const { weather } = operator;
    // A cut in the time of a pause finds nothing to cut.
    expect(weather.since(stretch.mark, isWatch).length).toBeLessThanOrEqual(cuts * WATCHES);
    // No new list for it: a watch goes on where it was.
    const lists = weather.since(
      stretch.mark,
      ({ method, query, path }) => method === 'GET' && query.has('limit') && !path.includes('slices'),
    );
    expect(lists).toEqual([]);
    expect(stretch.complaints().length).toBeLessThanOrEqual(cuts * WATCHES);
  }, 90_000);

  test('lists anew when the server has forgotten where they were (410), and misses neither changes nor deletions of the gap', async () => {
    await world.createTenant('short-lived');
    await world.untilInForce();
    const { weather } = operator;
    const stretch = operator.begin();
    // Of a wire that is cut as a whole the lease would be lost, and the next term begins with a list anyway.
    weather.setFault({ answer: { status: 503 } }, isWatch);
    expect(weather.cutWatches()).toBe(WATCHES);
    await world.edit('in the gap');
    await world.deleteTenant('short-lived');
    await world.createTenant('newcomer');
    // It keeps what is younger than one interval, and checks once in each.
    for (let tick = 0; tick < 4; tick++) {
      await world.putToken('tick', `tick-${tick}-0123456789abcdef`);
      await sleep(1_000);
    }
    // A new process has no history of its own, either.
    await world.api.kill();
    await world.api.start();
    weather.clear();
    await world.untilInForce();
    expect((await world.configs()).has('short-lived')).toBe(false);
    expect(stretch.lines().join('\n')).toContain('watch is too old; objects are listed anew');
    expect(stretch.lines().join('\n')).not.toContain('leadership is lost');
    // The first pause is 0.1 s at the least and each is twice as long, up to 15 s: 8 tries in 15 s, of which all but one fail.
    expect(weather.since(stretch.mark, isWatch).length).toBeLessThanOrEqual(10 * WATCHES);
    expect(stretch.complaints().length).toBeLessThanOrEqual(10 * WATCHES + 10);
  }, 120_000);

  test('rests afterwards: nothing but the lease, the pods and the watches is asked for', async () => {
    const { weather } = operator;
    const isAtRest = async (): Promise<boolean> => {
      const stretch = operator.begin();
      await sleep(8_000);
      // The lease every 4 s, EndpointSlices every 2 s.
      return weather.since(stretch.mark).length <= 2 + 4 + WATCHES && stretch.lines().length === 0;
    };
    await waitUntil(isAtRest, { what: 'a rest of 8 s', timeoutMs: 40_000 });
    expect(weather.cutWatches()).toBe(WATCHES);
  }, 60_000);

  test('goes on when its clock jumps by a day and back: it leads, hears, writes, and does not hurry', async () => {
    const stretch = operator.begin();
    for (const jump of ['SIGUSR2', 'SIGHUP'] as const) {
      process.kill(operator.program.pid, jump);
      await sleep(4_000);
      await world.edit(`after ${jump}`);
      await world.untilInForce();
      expect(await operator.leads()).toBe(true);
    }
    const { weather } = operator;
    await sleep(5_000);
    // Each tenant is looked at for each edit, and once more for each jump; a run is 3 or 4 reads and 2 writes, an event among them.
    expect(weather.since(stretch.mark).length).toBeLessThanOrEqual(4 * TENANTS * 8 + 60);
  }, 90_000);
});
