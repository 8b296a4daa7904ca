import { afterEach, expect, test } from '@jest/globals';
import type { TenantKey } from '#common/tenant-key.ts';
import { aSpecManifest } from '#test/support/a-tenant.ts';
import { FakeCluster } from '#test/support/fake-cluster.ts';
import { FakePods } from '#test/support/fake-pods.ts';
import { runController } from '#test/support/run-controller.ts';
import { waitUntil } from '#test/support/wait-until.ts';

const KEY: TenantKey = 'team-hr/acme';
const DAY = 86_400_000;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** One tenant and the whole controller, on a wall clock that the test sets; all else goes as real time does. */
function aWorld({ tripGraceMs = 0, maxAge = '30h' }: { tripGraceMs?: number; maxAge?: string } = {}) {
  let set = 0;
  const clock = (): number => Date.now() + set;
  const cluster = new FakeCluster();
  cluster.putSecret('team-hr', 'acme-scim-token', { token: 'a-token-of-more-than-24-characters' });
  cluster.putTenant({ metadata: { namespace: 'team-hr', name: 'acme' }, spec: aSpecManifest({ tokenPolicy: { maxAge } }) });
  const pods = new FakePods(cluster, clock, ['pod-a', 'pod-b']);
  const { log, end } = runController({ cluster, pods, clock }, { tripGraceMs });
  stops.push(end);
  const condition = async (type: string): Promise<string | undefined> => {
    const found = (await cluster.tenant(KEY))?.status?.conditions.find((each) => each.type === type);
    return found && `${found.status} ${found.reason}`;
  };
  return {
    cluster,
    pods,
    log,
    setClock: (milliseconds: number) => void (set += milliseconds),
    until: (type: string, expected: string) =>
      waitUntil(async () => (await condition(type)) === expected, { what: `${type} ${expected}`, intervalMs: 10 }),
  };
}

test('a clock that is set forward: an expiry that is past by then is noticed at once, and told by one Event', async () => {
  const world = aWorld();
  await world.until('Ready', 'True Programmed');
  world.setClock(DAY + DAY / 3);
  await world.until('TokenReady', 'True Expired');
  expect(world.cluster.events.map(({ reason }) => reason)).toEqual(['TokenExpiresSoon', 'TokenExpired']);
  expect(world.log.lines).toContainEqual(expect.objectContaining({ msg: 'the clock was set, every tenant is looked at' }));
});

test.each([{ by: DAY }, { by: -DAY }])(
  'a clock that is set by $by ms loses no trip after it, and tells each once, also when it is set again',
  async ({ by }) => {
    const world = aWorld({ tripGraceMs: 100, maxAge: '87600h' });
    await world.until('Ready', 'True Programmed');
    world.setClock(by);
    await world.pods.send('pod-a', KEY, { successes: 2, failures: { InvalidValue: 4 } });
    await world.until('Tripped', 'True TooManyFailures');
    world.setClock(-by);
    await waitUntil(() => world.log.lines.filter(({ msg }) => msg === 'the clock was set, every tenant is looked at').length === 2, {
      what: 'the clock to be seen to be set',
    });
    await world.until('Tripped', 'True TooManyFailures');
    expect(world.cluster.events.map(({ reason }) => reason)).toEqual(['Tripped']);
  },
);
