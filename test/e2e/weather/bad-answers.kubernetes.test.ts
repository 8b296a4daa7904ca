import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { isOfLease, isWatch, type ApiWeather, type RequestFilter } from '#test/support/api-weather.ts';
import { WeatherWorld, type WeatherOperator } from './weather-world.ts';

/** So many that one request for each of them in each minute would be more than all that is allowed. */
const TENANTS = 200;

/** How long each spell of bad weather lasts. */
const SPELL_MS = 8_000;

/** Longer than the operator goes on without the lease. */
const LONG_SPELL_MS = 15_000;

/**
 * What may be asked for in a spell while every run fails: a probe after 0.25 s and then twice as late each time makes 7 in 15 s,
 * of up to 3 reads; before the first failure is known all 16 workers may have begun, with 3 reads each. EndpointSlices every 2 s
 * are 8. A try for each tenant after 1 s, 2 s and 4 s would be 800.
 */
const MOST_OF_RUNS = 7 * 3 + 16 * 3 + 8;

const isOfRuns: RequestFilter = (request) => !isWatch(request) && !isOfLease(request);

/** Tests are chapters of the life of one operator. */
describe('an operator whose API server answers with errors for a while', () => {
  let world: WeatherWorld;
  let operator: WeatherOperator;
  let weather: ApiWeather;

  beforeAll(async () => {
    world = await WeatherWorld.start({ tenants: TENANTS });
    operator = await world.startOperator('operator-0');
    ({ weather } = operator);
    await world.untilInForce(90_000);
  }, 150_000);

  afterAll(async () => {
    expect(operator.program.running()).toBe(true);
    await world?.[Symbol.asyncDispose]();
  });

  test.each([
    { name: '429 with Retry-After', answer: { status: 429, retryAfterSeconds: 5 } },
    { name: '500', answer: { status: 500 } },
    { name: '503', answer: { status: 503 } },
  ])(
    '$name: 200 changes are in force soon after, and meanwhile hardly anything is asked for or logged',
    async ({ name, answer }) => {
      const stretch = operator.begin();
      // The watches stand, so all changes are heard; nothing but the lease gets an answer, and every run fails.
      weather.setFault({ answer }, isOfRuns);
      await world.edit(name);
      await sleep(SPELL_MS);
      const asked = weather.since(stretch.mark, isOfRuns).length;
      const complaints = stretch.complaints().length;
      weather.clear();
      await world.untilInForce();
      expect(asked).toBeLessThanOrEqual(MOST_OF_RUNS);
      // One that it begins, and the polls of the pods; not one for each tenant.
      expect(complaints).toBeLessThanOrEqual(20);
      expect(await operator.leads()).toBe(true);
    },
    120_000,
  );

  test('503 to everything, lease and watches included: the lease is lost, and taken again by the same process', async () => {
    const stretch = operator.begin();
    weather.setFault({ answer: { status: 503 } });
    weather.cutWatches();
    await world.edit('lost and found');
    await sleep(LONG_SPELL_MS);
    expect(await operator.leads()).toBe(false);
    const asked = weather.since(stretch.mark).length;
    const complaints = stretch.complaints().length;
    weather.clear();
    await world.untilInForce();
    expect(await operator.leads()).toBe(true);
    // Until the lease is lost, after 10 s, as above; then nothing but a look at the lease every 2 s. 6 tries of each watch.
    expect(asked).toBeLessThanOrEqual(MOST_OF_RUNS + 3 * 8 + 10);
    expect(complaints).toBeLessThanOrEqual(20 + 3 * 8 + 10);
  }, 120_000);
});
