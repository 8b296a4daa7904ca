import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { resourcePath, SECRETS } from '#common/kubernetes/kubernetes-object.ts';
import { sha256Hex } from '#common/sha256-hex.ts';
import type { SeenRequest } from '#test/support/api-weather.ts';
import { waitUntil } from '#test/support/wait-until.ts';
import { inLanes, NAMESPACE, TOKEN_SECRET, WeatherWorld } from './weather-world.ts';

const OBJECTS = 10_000;
const PAGES = OBJECTS / 500;
const NEW_TOKEN = 'changed-in-the-middle-0123456789abcdef';

let world: WeatherWorld;

beforeAll(async () => {
  // What a page says of the next one is forgotten after two of these intervals; without the gate's snapshots it would be
  // remembered for as long as there is room for them.
  world = await WeatherWorld.start({
    tenants: 20,
    flags: ['--etcd-compaction-interval=2s', '--feature-gates=ListFromCacheSnapshot=false'],
  });
  const names = Array.from({ length: OBJECTS }, (_, index) => `other-${index}`);
  await inLanes(names, (name) =>
    world.admin.request({ method: 'POST', path: resourcePath(SECRETS, { namespace: NAMESPACE }), body: { metadata: { name } } }),
  );
}, 180_000);

afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
});

/** A part of the list of all Secrets, be it the whole. */
const isList = ({ method, path, query }: SeenRequest): boolean => method === 'GET' && path === '/api/v1/secrets' && !query.has('watch');

test('a list of 10,000 that comes slowly and is forgotten by the server halfway: every change of that time is in force', async () => {
  await world.createTenant('goes-in-the-middle');
  const operator = await world.startOperator('operator-0');
  const { weather, program } = operator;
  weather.setFault({ delayMs: 300 }, isList);
  await waitUntil(() => weather.requests.filter(isList).length === 3, { what: 'the third page', timeoutMs: 60_000 });
  const stretch = operator.begin();
  await world.putToken(TOKEN_SECRET, NEW_TOKEN);
  await world.createTenant('comes-in-the-middle');
  await world.deleteTenant('goes-in-the-middle');
  await world.edit('in the middle');

  await waitUntil(() => weather.requests.some((request) => isList(request) && request.status === 410), {
    what: 'the server to forget the list',
    timeoutMs: 60_000,
  });
  await world.untilInForce();
  await waitUntil(
    async () => [...(await world.configs()).values()].every(({ tokenDigests }) => tokenDigests[0]?.sha256 === sha256Hex(NEW_TOKEN)),
    { what: 'the new token in every config', timeoutMs: 30_000 },
  );
  expect((await world.configs()).size).toBe(21);

  // Each page once up to the one that was forgotten, and everything once.
  await waitUntil(() => weather.requests.some((request) => isList(request) && !request.query.has('limit') && request.status === 200), {
    what: 'the whole list',
  });
  expect(weather.requests.filter(isList).length).toBeLessThanOrEqual(PAGES + 1);
  expect(weather.requests.filter((request) => isList(request) && !request.query.has('limit'))).toHaveLength(1);
  expect(stretch.complaints()).toEqual([]);
  expect(program.running()).toBe(true);
}, 180_000);
