import { beforeEach, describe, expect, test } from '@jest/globals';
import { sha256Hex } from '#common/sha256-hex.ts';
import { projectionRevision, type TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { ClusterUnavailableError } from '#operator/controller/cluster-unavailable-error.ts';
import { SecretUnreadableError } from '#operator/controller/secret-unreadable-error.ts';
import type { ScimTenantStatus } from '#operator/api/scim-tenant-status.ts';
import { aClock } from '#test/support/a-clock.ts';
import { aFaultyCluster, unavailable } from '#test/support/a-faulty-cluster.ts';
import { aSpecManifest } from '#test/support/a-tenant.ts';
import { aRule } from '#test/support/a-tenant-config.ts';
import { anOperator, Crash, type OperatorWorld } from '#test/support/an-operator.ts';
import { FakeCluster } from '#test/support/fake-cluster.ts';
import { FakeMailbox } from '#test/support/fake-notifier.ts';
import { FakePods } from '#test/support/fake-pods.ts';

const KEY: TenantKey = 'team-hr/acme';
const OLD = 'the-first-token-with-enough-characters';
const NEW = 'the-second-token-with-enough-characters';

let world: OperatorWorld;
beforeEach(() => {
  world = aWorld();
});

const START = '2026-11-24T06:00:00Z';
/** Of a tenant that is seen for the first time then. */
const FIRST_EPOCH = Date.parse(START);

/** Tenant `team-hr/acme` with its token, and two pods. */
function aWorld(): OperatorWorld {
  const clock = aClock(START);
  const cluster = new FakeCluster();
  cluster.putSecret('team-hr', 'acme-scim-token', { token: OLD });
  const created = { cluster, pods: new FakePods(cluster, clock.now, ['pod-a', 'pod-b']), mailbox: new FakeMailbox(), clock };
  put(created);
  return created;
}

function put(
  { cluster }: OperatorWorld,
  spec: Parameters<typeof aSpecManifest>[0] = {},
  options: { resetAt?: string; rotateAt?: string; manager?: string } = {},
): void {
  const annotations = {
    ...(options.resetAt !== undefined && { 'scim-operator.dev/reset-at': options.resetAt }),
    ...(options.rotateAt !== undefined && { 'scim-operator.dev/rotate-at': options.rotateAt }),
  };
  cluster.putTenant({ metadata: { namespace: 'team-hr', name: 'acme', annotations }, spec: aSpecManifest(spec) }, options.manager);
}

async function status(): Promise<ScimTenantStatus> {
  const tenant = await world.cluster.tenant(KEY);
  if (!tenant?.status) throw new Error('no status is stored');
  return tenant.status;
}

async function enabled(): Promise<unknown> {
  const tenant = await world.cluster.tenant(KEY);
  return tenant && 'enabled' in tenant.spec ? tenant.spec.enabled : undefined;
}

async function config(): Promise<TenantConfig | null> {
  return world.cluster.derivedConfig(KEY);
}

async function ready(): Promise<string> {
  const condition = (await status()).conditions.find(({ type }) => type === 'Ready');
  return `${condition?.status} ${condition?.reason}`;
}

/** 2 + 2 failures of 6 requests on two pods: neither pod alone would trip. */
async function fail({ pods }: OperatorWorld): Promise<void> {
  await pods.send('pod-a', KEY, { successes: 1, failures: { InvalidValue: 2 } });
  await pods.send('pod-b', KEY, { successes: 1, failures: { InvalidValue: 2 } });
}

const FIGURES = { deactivations: 31, limit: 30, people: 100 };

async function wave({ pods, clock }: OperatorWorld): Promise<void> {
  await pods.note('pod-a', KEY, { deactivationWave: { at: new Date(clock.now()).toISOString(), ...FIGURES } });
}

/** Writes of the story so far, without repetitions of the same status. */
function writes(): string[] {
  return world.cluster.writes.filter((write, index, all) => write !== all[index - 1]);
}

describe('a tenant from its first sight to a trip and back', () => {
  test('goes through every step in order, once', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    expect(await ready()).toBe('True Programmed');
    await fail(world);
    await operator.settle(KEY);
    expect(writes()).toEqual([
      'config Active',
      'status Closed',
      'config Tripped',
      'event Tripped',
      'status Open',
      'mirror',
      'status Open',
      'config Tripped',
      'status Open',
    ]);
    expect(await enabled()).toBe(false);
    expect(await ready()).toBe('False Tripped');
    expect(world.mailbox.mails.map(({ recipient, id }) => [recipient, id])).toEqual([['hr-it@acme.example', 'trip-1']]);
    expect((await status()).breaker).toMatchObject({
      state: 'Open',
      trips: 1,
      epoch: FIRST_EPOCH,
      mirroredTrip: 1,
      failures: 4,
      requests: 6,
    });

    world.clock.advance(60_000);
    put(world, { enabled: true });
    await operator.settle(KEY);
    expect(await ready()).toBe('True Programmed');
    expect(await config()).toMatchObject({ state: { kind: 'Active' }, breakerEpoch: FIRST_EPOCH + 1 });
    expect((await status()).breaker).toMatchObject({ state: 'Closed', trips: 1, epoch: FIRST_EPOCH + 1, openedAt: null });
    expect(world.cluster.events.map(({ reason }) => reason)).toEqual(['Tripped', 'BreakerClosed']);
    expect(world.mailbox.mails).toHaveLength(1);
  });

  test('is not tripped by the failures of a deleted tenant whose name it has', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    await fail(world);
    await operator.settle(KEY);
    expect(await ready()).toBe('False Tripped');
    world.clock.advance(1_000);
    world.cluster.deleteTenant(KEY);
    put(world);
    await operator.settle(KEY);
    expect((await status()).breaker).toMatchObject({ state: 'Closed', trips: 0 });
    expect(await ready()).toBe('True Programmed');
  });

  test('trips anew by new failures, and is mailed anew', async () => {
    const operator = anOperator(world);
    for (let trip = 1; trip <= 2; trip += 1) {
      await operator.settle(KEY);
      await fail(world);
      await operator.settle(KEY);
      expect((await status()).breaker).toMatchObject({ state: 'Open', trips: trip, epoch: FIRST_EPOCH + trip - 1 });
      put(world, { enabled: true });
      await operator.settle(KEY);
    }
    expect(world.mailbox.mails.map(({ id }) => id)).toEqual(['trip-1', 'trip-2']);
  });

  test.each([
    {
      by: 'a new resetToken',
      spec: { failurePolicy: { minRequests: 5, maxFailures: 3, maxFailureRatio: 0.5, resetToken: 'again' } },
      options: {},
    },
    { by: 'a new reset-at', spec: {}, options: { resetAt: 'now' } },
  ])('is switched on by $by, which takes the mirror back', async ({ spec, options }) => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    await fail(world);
    await operator.settle(KEY);
    put(world, spec, options);
    await operator.settle(KEY);
    expect(await enabled()).toBe(true);
    expect(await ready()).toBe('True Programmed');
    expect(await config()).toMatchObject({ state: { kind: 'Active' }, breakerEpoch: FIRST_EPOCH + 1 });
  });

  test('stays tripped under a GitOps tool that reverts the mirror, and the mirror is not written again', async () => {
    put(world, { enabled: true }, { manager: 'argocd-controller' });
    const operator = anOperator(world);
    await operator.settle(KEY);
    await fail(world);
    await operator.settle(KEY);
    put(world, { enabled: true }, { manager: 'argocd-controller' });
    await operator.settle(KEY);
    expect(await ready()).toBe('False Tripped');
    expect(await enabled()).toBe(true);
    expect(world.cluster.writes.filter((write) => write === 'mirror')).toHaveLength(1);
  });

  test('keeps its outcomes when a pod restarts in between', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    await world.pods.send('pod-a', KEY, { failures: { StoreUnavailable: 2 } });
    await operator.settle(KEY);
    world.pods.start('pod-a');
    await operator.settle(KEY);
    await world.pods.send('pod-a', KEY, { successes: 2, failures: { StoreUnavailable: 2 } });
    await operator.settle(KEY);
    expect((await status()).breaker).toMatchObject({ state: 'Open', failures: 4, requests: 6 });
  });

  test('that only notifies opens, mails, stays in service and closes when its window has emptied', async () => {
    put(world, { failurePolicy: { minRequests: 5, maxFailures: 3, maxFailureRatio: 0.5, action: 'NotifyOnly' } });
    const operator = anOperator(world);
    await operator.settle(KEY);
    await fail(world);
    await operator.settle(KEY);
    expect((await status()).breaker.state).toBe('Open');
    expect(await config()).toMatchObject({ state: { kind: 'Active' } });
    expect(world.mailbox.mails).toMatchObject([{ switchedOff: false }]);
    expect(await enabled()).toBe(true);

    world.clock.advance(41 * 60_000);
    await operator.settle(KEY);
    expect((await status()).breaker).toMatchObject({ state: 'Closed', epoch: FIRST_EPOCH + 1, openedAt: null });
  });
});

describe('a wave of deactivations', () => {
  test('switches the tenant off, is mailed once with its figures, and lets another portion through each time a person switches on', async () => {
    const operator = anOperator(world);
    for (let trip = 1; trip <= 2; trip += 1) {
      await operator.settle(KEY);
      expect(await ready()).toBe('True Programmed');
      await wave(world);
      await operator.settle(KEY);
      expect(await ready()).toBe('False Tripped');
      expect(await enabled()).toBe(false);
      expect((await status()).breaker).toMatchObject({ state: 'Open', trips: trip, cause: 'DeactivationWave', wave: FIGURES });
      put(world, { enabled: true });
      await operator.settle(KEY);
      expect(await config()).toMatchObject({ state: { kind: 'Active' }, breakerEpoch: FIRST_EPOCH + trip });
      // Two Events of one reason are a minute apart.
      world.clock.advance(60_000);
    }
    expect(world.mailbox.mails).toMatchObject([
      { trip: 1, cause: 'DeactivationWave', wave: FIGURES },
      { trip: 2, cause: 'DeactivationWave', wave: FIGURES },
    ]);
    expect(world.cluster.events.map(({ reason }) => reason)).toEqual(['Tripped', 'BreakerClosed', 'Tripped', 'BreakerClosed']);
  });

  test('is told the same way when the mail server comes back after the breaker has closed', async () => {
    world.mailbox.down = 'down';
    await anOperator(world).settle(KEY);
    await wave(world);
    await anOperator(world).settle(KEY);
    put(world, { enabled: true });
    await anOperator(world).settle(KEY);
    world.mailbox.down = null;
    await anOperator(world).settle(KEY);
    expect(world.mailbox.mails).toMatchObject([{ cause: 'DeactivationWave', wave: FIGURES, window: '40m', switchedOff: true }]);
  });

  test('where the policy only notifies is done and told, and closes by itself', async () => {
    put(world, { failurePolicy: { action: 'NotifyOnly' } });
    const operator = anOperator(world);
    await operator.settle(KEY);
    await wave(world);
    await operator.settle(KEY);
    expect((await status()).breaker).toMatchObject({ state: 'Open', cause: 'DeactivationWave' });
    expect(await config()).toMatchObject({ state: { kind: 'Active' }, deactivationGuard: { refuses: false } });
    world.clock.advance(41 * 60_000);
    await operator.settle(KEY);
    expect((await status()).breaker).toMatchObject({ state: 'Closed', trips: 1, epoch: FIRST_EPOCH + 1 });
    expect(world.mailbox.mails).toHaveLength(1);
  });
});

describe('a changed mapping', () => {
  const NARROW = [{ source: 'userName', target: 'login' }];
  const WIDE = [...NARROW, { source: 'title', target: 'designation' }, { sources: ['nickName', 'displayName'], target: 'nick' }];

  test('is followed from pod to pod until all people are done, and keeps its figures when the pods restart', async () => {
    put(world, { attributeMapping: NARROW });
    const operator = anOperator(world);
    await operator.settle(KEY);
    expect((await status()).sync).toMatchObject({ mapping: projectionRevision((await config())!), reprojection: null });

    put(world, { attributeMapping: WIDE });
    await operator.settle(KEY);
    const arrivesWithNextSync = ['displayName', 'nickName', 'title'];
    const changed = (await config())!;
    expect(changed.newlySelected).toEqual(arrivesWithNextSync);
    const projection = projectionRevision(changed);
    const begun = { projection, startedAt: '2026-11-24T06:01:00.000Z', finishedAt: null, total: 50, done: 10, incomplete: 1 };
    await world.pods.note('pod-a', KEY, { reprojection: begun });
    await operator.settle(KEY);
    const running = {
      state: 'Running',
      total: 50,
      done: 10,
      incomplete: 1,
      startedTime: '2026-11-24T06:01:00Z',
      finishedTime: null,
      arrivesWithNextSync,
    };
    expect((await status()).sync.reprojection).toEqual(running);

    world.pods.start('pod-a');
    await operator.settle(KEY);
    expect((await status()).sync.reprojection).toEqual(running);
    const rest = {
      ...begun,
      startedAt: '2026-11-24T06:02:00.000Z',
      finishedAt: '2026-11-24T06:02:30.000Z',
      total: 40,
      done: 40,
      incomplete: 0,
    };
    await world.pods.note('pod-b', KEY, { reprojection: rest });
    await operator.settle(KEY);
    world.pods.start('pod-b');
    await operator.settle(KEY);
    expect((await status()).sync.reprojection).toMatchObject({ state: 'Done', total: 40, done: 40, finishedTime: '2026-11-24T06:02:30Z' });
    expect(world.cluster.events.map(({ reason }) => reason)).toEqual(['MappingChanged']);
    expect(await config()).toEqual(changed);
  });

  test.each([0, 1, 2, 3, 4])('is told and followed though the process ends after %i of its writes', async (writesBefore) => {
    await anOperator(world).settle(KEY);
    put(world, { attributeMapping: WIDE });
    await anOperator(world, writesBefore)
      .settle(KEY)
      .catch((error: unknown) => expect(error).toBeInstanceOf(Crash));
    await anOperator(world).settle(KEY);
    const changed = (await config())!;
    expect(changed.newlySelected).toEqual(['displayName', 'nickName', 'title']);
    expect((await status()).sync.mapping).toBe(projectionRevision(changed));
    expect([...new Set(world.cluster.events.map(({ reason }) => reason))]).toEqual(['MappingChanged']);
  });

  test('is written to the status every 10 s at most while it goes on', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    const projection = projectionRevision((await config())!);
    const startedAt = new Date(world.clock.now()).toISOString();
    const written: number[] = [];
    for (let second = 0; second < 60; second += 2) {
      const reprojection = { projection, startedAt, finishedAt: null, total: 100, done: second, incomplete: 0 };
      await world.pods.note('pod-a', KEY, { reprojection });
      const before = world.cluster.writes.length;
      await operator.step(KEY);
      if (world.cluster.writes.length > before) written.push(second);
      world.clock.advance(2_000);
    }
    expect(written).toEqual([0, 10, 20, 30, 40, 50]);
  });
});

describe('what pods told of failures and ignored attributes', () => {
  test('outlives them, and ignored attributes end with the mapping', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    const failure = { operation: 'POST User', subject: 'p-1', reason: 'RequiredAttribute', message: 'attribute "title" is missing' };
    await world.pods.note('pod-a', KEY, { recentFailures: [{ time: START, ...failure }], ignoredAttributes: ['title'] });
    await operator.settle(KEY);
    for (const pod of ['pod-a', 'pod-b']) world.pods.start(pod);
    await world.pods.note('pod-b', KEY, { ignoredAttributes: ['nickName'] });
    world.clock.advance(10_000);
    await operator.settle(KEY);
    const { sync } = await status();
    expect(sync).toMatchObject({ recentFailures: [{ time: START, ...failure }], ignoredAttributes: ['nickName', 'title'] });
    expect(sync.recentFailures[0]?.link).toBe('https://docs.example.com/scim/troubleshooting.md#required-attribute');

    for (const pod of ['pod-a', 'pod-b']) world.pods.start(pod);
    put(world, { attributeMapping: [{ source: 'userName', target: 'nick' }] });
    await operator.settle(KEY);
    expect((await status()).sync).toMatchObject({ recentFailures: [failure], ignoredAttributes: [] });
  });
});

describe.each([
  {
    cause: 'failures',
    trip: fail,
    way: 'a new reset-at',
    switchOn: (to: OperatorWorld) => put(to, {}, { resetAt: 'now' }),
    mirrors: ['mirror', 'mirror released'],
  },
  { cause: 'failures', trip: fail, way: 'a person', switchOn: (to: OperatorWorld) => put(to, { enabled: true }), mirrors: ['mirror'] },
  { cause: 'a wave', trip: wave, way: 'a person', switchOn: (to: OperatorWorld) => put(to, { enabled: true }), mirrors: ['mirror'] },
])('a crash before any single write of a story that begins with $cause and ends with $way switching on', ({ trip, switchOn, mirrors }) => {
  /** More writes than the story has, so that it is cut before each of them. */
  const LONGEST_STORY = 30;

  async function story(to: OperatorWorld, between: () => Promise<void>): Promise<void> {
    world = to;
    await between();
    await trip(to);
    await between();
    switchOn(to);
    await between();
  }

  test.each(Array.from({ length: LONGEST_STORY }, (_, writesBefore) => writesBefore))(
    'after %i writes loses nothing; the next process ends where no crash would have',
    async (writesBefore) => {
      const calm = aWorld();
      await story(calm, () => anOperator(calm).settle(KEY));
      const expected = { status: withoutTimes(await status()), config: await config(), enabled: await enabled() };

      const shaken = aWorld();
      let operator = anOperator(shaken, writesBefore);
      await story(shaken, async () => {
        try {
          await operator.settle(KEY);
        } catch (error) {
          if (!(error instanceof Crash)) throw error;
          operator = anOperator(shaken);
          await operator.settle(KEY);
        }
      });
      expect({ status: withoutTimes(await status()), config: await config(), enabled: await enabled() }).toEqual(expected);
      expect(shaken.cluster.writes.filter((write) => write.startsWith('mirror'))).toEqual(mirrors);
      // A mail that left in the very run that died is sent again as the same message; otherwise it is sent once.
      expect(new Set(shaken.mailbox.mails.map(({ uid, id, recipient }) => `${uid} ${id} ${recipient}`)).size).toBe(1);
      expect(shaken.mailbox.mails.length).toBeLessThanOrEqual(2);
      // An Event precedes the status, so it may be told twice, and never not at all.
      expect([...new Set(shaken.cluster.events.map(({ reason }) => reason))]).toEqual(['Tripped', 'BreakerClosed']);
    },
  );

  test('is a crash before each of them: the whole story has fewer', async () => {
    const calm = aWorld();
    const operator = anOperator(calm, LONGEST_STORY);
    await story(calm, () => operator.settle(KEY));
    expect(operator.alive()).toBe(true);
    expect(calm.cluster.writes.length).toBeGreaterThan(10);
  });

  function withoutTimes({ conditions, breaker, token, sync, ...rest }: ScimTenantStatus): unknown {
    return {
      ...rest,
      conditions: conditions.map(({ lastTransitionTime: _time, ...condition }) => condition),
      breaker: { ...breaker, openedAt: breaker.openedAt !== null },
      token: { ...token, rotatedAt: null },
      users: sync.users,
    };
  }
});

describe('a new process', () => {
  test('never sends a mail again that the status knows', async () => {
    await anOperator(world).settle(KEY);
    await fail(world);
    await anOperator(world).settle(KEY);
    for (let restart = 0; restart < 3; restart += 1) await anOperator(world).settle(KEY);
    expect(world.mailbox.mails).toHaveLength(1);
  });
});

describe('mails while the mail server is down', () => {
  test('neither delay the trip nor get lost, even when the breaker closes and the process ends before', async () => {
    world.mailbox.down = 'connect ECONNREFUSED 127.0.0.1:25';
    await anOperator(world).settle(KEY);
    await fail(world);
    const first = anOperator(world);
    await first.settle(KEY);
    expect(await enabled()).toBe(false);
    const condition = (await status()).conditions.find(({ type }) => type === 'NotificationDelivered');
    expect(condition).toMatchObject({ status: 'False', reason: 'Retrying' });
    expect(condition?.message).toBe('A mail to the contacts is tried again: connect ECONNREFUSED 127.0.0.1:25');

    put(world, { enabled: true });
    await first.settle(KEY);
    expect(await ready()).toBe('True Programmed');

    world.mailbox.down = null;
    await anOperator(world).settle(KEY);
    expect(world.mailbox.mails).toMatchObject([{ trip: 1, failures: 4, requests: 6, classes: { InvalidValue: 4 }, window: '40m' }]);
    expect((await status()).conditions.map(({ type }) => type)).toEqual(['Ready', 'TokenReady', 'Programmed']);
  });

  test('are sent to the others when one contact is added or removed meanwhile', async () => {
    world.mailbox.down = 'down';
    const operator = anOperator(world);
    await operator.settle(KEY);
    await fail(world);
    await operator.settle(KEY);
    world.mailbox.down = null;
    put(world, { enabled: false, notificationEmails: ['hr-it@acme.example', 'second@acme.example'] });
    operator.notifier.retry();
    await operator.settle(KEY);
    expect(world.mailbox.mails.map(({ recipient }) => recipient)).toEqual(['hr-it@acme.example', 'second@acme.example']);
  });
});

describe('mails that are owed when the process is killed', () => {
  test('are sent by the next one, also those of a trip before the last', async () => {
    world.mailbox.down = 'down';
    const operator = anOperator(world);
    for (let trip = 1; trip <= 3; trip += 1) {
      await operator.settle(KEY);
      await fail(world);
      await operator.settle(KEY);
      put(world, { enabled: true });
      await operator.settle(KEY);
    }
    world.mailbox.down = null;
    await anOperator(world).settle(KEY);
    await anOperator(world).settle(KEY);
    expect(world.mailbox.mails.map(({ id }) => id)).toEqual(['trip-1', 'trip-2', 'trip-3']);
    expect((await status()).notifications.notices).toEqual([]);
  });

  test('are those of a token and of a stalled configuration too, one each', async () => {
    put(world, { tokenPolicy: { maxAge: '1h' } });
    await anOperator(world).settle(KEY);
    world.mailbox.down = 'down';
    world.clock.advance(3_600_000);
    await anOperator(world).settle(KEY);
    put(world, { tokenPolicy: { maxAge: '1h' }, attributeMapping: [{ source: 'usrname', target: 'nick' }] });
    await anOperator(world).settle(KEY);
    world.clock.advance(600_000);
    await anOperator(world).settle(KEY);
    world.mailbox.down = null;
    for (let restart = 0; restart < 3; restart += 1) await anOperator(world).settle(KEY);
    // Twenty days before the end of an hour is its beginning.
    expect(world.mailbox.mails.map(({ id }) => id.replace(/[0-9a-f]{12}$/, '…'))).toEqual([
      'token-expiressoon-…',
      'token-expired-…',
      'stalled-3-MappingInvalid',
    ]);
    expect(world.cluster.events.map(({ reason }) => reason)).toEqual(['TokenExpiresSoon', 'TokenExpired', 'MappingInvalid']);
  });
});

describe('a token that the operator made', () => {
  beforeEach(() => {
    world.cluster.deleteSecret('team-hr', 'acme-scim-token');
  });

  async function token(): Promise<string | undefined> {
    return (await world.cluster.tokenSecret('team-hr', 'acme-scim-token'))?.data['token'];
  }

  test('is replaced for the annotation, once; the old one is accepted for the overlap', async () => {
    const spec = { tokenPolicy: { generate: true, overlap: '1h' } };
    put(world, spec);
    const operator = anOperator(world);
    await operator.settle(KEY);
    const first = (await token())!;
    put(world, spec, { rotateAt: 'monday' });
    await operator.settle(KEY);
    const second = (await token())!;
    expect(second).not.toBe(first);
    expect((await config())?.tokenDigests.map(({ sha256 }) => sha256)).toEqual([sha256Hex(second), sha256Hex(first)]);
    expect((await status()).token).toMatchObject({ observedRotateAt: 'monday', refusedRotation: null });
    await anOperator(world).settle(KEY);
    expect(await token()).toBe(second);
    expect(world.cluster.events.map(({ reason }) => reason)).toEqual(['TokenCreated', 'TokenRotated']);
    expect(world.mailbox.mails).toEqual([]);

    world.clock.advance(3_600_000);
    await operator.settle(KEY);
    expect((await config())?.tokenDigests.map(({ sha256 }) => sha256)).toEqual([sha256Hex(second)]);
    const shown = JSON.stringify([await status(), await config(), world.cluster.events]);
    for (const secret of [first, second]) expect(shown).not.toContain(secret);
  });

  test('is replaced when it is too old, again and again, and its contacts are told each time', async () => {
    put(world, { tokenPolicy: { generate: true, overlap: '1h', rotateAfter: '720h' } });
    const operator = anOperator(world);
    const seen = new Set<string | undefined>();
    for (let month = 0; month < 3; month += 1) {
      await operator.settle(KEY);
      seen.add(await token());
      world.clock.advance(720 * 3_600_000);
    }
    expect(seen.size).toBe(3);
    expect(world.mailbox.mails).toMatchObject([
      { kind: 'TokenExpiry', state: 'Replaced' },
      { kind: 'TokenExpiry', state: 'Replaced' },
    ]);
    expect(world.cluster.writes.filter((write) => write.startsWith('token '))).toHaveLength(2);
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7])('is replaced once though the process ends after %i of its writes', async (writesBefore) => {
    const spec = { tokenPolicy: { generate: true, overlap: '1h' } };
    put(world, spec);
    await anOperator(world).settle(KEY);
    const first = (await token())!;
    put(world, spec, { rotateAt: 'monday' });
    await anOperator(world, writesBefore)
      .settle(KEY)
      .catch((error: unknown) => expect(error).toBeInstanceOf(Crash));
    await anOperator(world).settle(KEY);
    const second = (await token())!;
    expect(world.cluster.writes.filter((write) => write.startsWith('token '))).toEqual(['token acme-scim-token']);
    expect((await config())?.tokenDigests.map(({ sha256 }) => sha256)).toEqual([sha256Hex(second), sha256Hex(first)]);
    expect((await status()).token.observedRotateAt).toBe('monday');
    expect([...new Set(world.cluster.events.map(({ reason }) => reason))]).toEqual(['TokenCreated', 'TokenRotated']);
  });

  test('is left alone when somebody changes the Secret between the reading and the writing', async () => {
    const spec = { tokenPolicy: { generate: true } };
    put(world, spec);
    const operator = anOperator(world);
    await operator.settle(KEY);
    const rotate = world.cluster.rotateTokenSecret.bind(world.cluster);
    world.cluster.rotateTokenSecret = async (...args) => {
      world.cluster.putSecret('team-hr', 'acme-scim-token', { token: OLD });
      world.cluster.rotateTokenSecret = rotate;
      await rotate(...args);
    };
    put(world, spec, { rotateAt: 'monday' });
    await operator.step(KEY);
    expect(await token()).toBe(OLD);
    // What was asked for is done all the same, on top of what somebody wrote.
    await operator.settle(KEY);
    expect(await token()).not.toBe(OLD);
    expect(await ready()).toBe('True Programmed');
  });

  test('stays when its Secret was made immutable, which is said once', async () => {
    const spec = { tokenPolicy: { generate: true } };
    put(world, spec);
    const operator = anOperator(world);
    await operator.settle(KEY);
    const first = (await token())!;
    world.cluster.putSecret('team-hr', 'acme-scim-token', { token: first }, { immutable: true });
    put(world, spec, { rotateAt: 'monday' });
    for (let run = 0; run < 3; run += 1) {
      await operator.settle(KEY);
      world.clock.advance(120_000);
    }
    expect(await token()).toBe(first);
    expect(await ready()).toBe('True Programmed');
    expect(world.cluster.events.map(({ reason }) => reason)).toEqual(['TokenCreated', 'RotationRefused']);
    expect((await status()).token).toMatchObject({
      observedRotateAt: 'monday',
      refusedRotation: { reason: 'Immutable', rotateAt: 'monday' },
    });
  });
});

describe('writes that the API server refuses', () => {
  test('a mirror that is refused keeps neither mails nor status back, and is written once it may', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    await fail(world);
    world.cluster.refused.add('mirrorDisabled');
    await operator.step(KEY);
    expect(await operator.step(KEY)).toEqual({ kind: 'backoff' });
    expect(world.mailbox.mails).toHaveLength(1);
    await operator.step(KEY);
    expect(await status()).toMatchObject({
      breaker: { mirroredTrip: 0 },
      notifications: { notices: [{ id: 'trip-1', pending: [], delivered: [expect.any(String)] }] },
    });
    world.cluster.refused.clear();
    await operator.settle(KEY);
    expect(await enabled()).toBe(false);
    expect(world.mailbox.mails).toHaveLength(1);
  });

  test('an event that is refused keeps nothing back', async () => {
    world.cluster.refused.add('recordEvent');
    const operator = anOperator(world);
    await operator.settle(KEY);
    await fail(world);
    await operator.settle(KEY);
    expect(await ready()).toBe('False Tripped');
    expect(await enabled()).toBe(false);
  });

  test('a config that is refused leaves the trip stored, and is written once it may', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    await fail(world);
    world.cluster.refused.add('applyDerivedConfig');
    expect(await operator.step(KEY)).toEqual({ kind: 'backoff' });
    expect((await status()).breaker.state).toBe('Open');
    expect(await enabled()).toBe(true);
    world.cluster.refused.clear();
    await operator.settle(KEY);
    expect(await config()).toMatchObject({ state: { kind: 'Tripped' } });
    expect(await enabled()).toBe(false);
  });

  test('a status that is refused fails the run', async () => {
    world.cluster.refused.add('writeStatus');
    await expect(anOperator(world).step(KEY)).rejects.toThrow('writeStatus is forbidden');
  });
});

describe('configuration', () => {
  test('a mapping error is told, leaves the last good config in force, and is resolved', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    const good = await config();
    put(world, { attributeMapping: [{ source: 'usrName', target: 'login' }] });
    await operator.settle(KEY);
    expect(await ready()).toBe('False MappingInvalid');
    expect(await config()).toEqual(good);
    expect((await status()).programmed).toEqual({ generation: 1, pods: 2, acknowledged: 2 });

    put(world, { attributeMapping: [{ source: 'userName', target: 'nick' }] });
    await operator.settle(KEY);
    expect(await ready()).toBe('True Programmed');
    expect((await config())?.mapping).toEqual([aRule('userName', 'nick')]);
    expect(world.cluster.events.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
      'Warning MappingInvalid',
      'Normal Resolved',
      'Normal MappingChanged',
    ]);
  });

  test('a rotated token takes over, the old one lives for the overlap and then goes', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    world.cluster.putSecret('team-hr', 'acme-scim-token', { token: NEW });
    await operator.settle(KEY);
    const digests = (await config())?.tokenDigests;
    expect(digests?.map(({ sha256 }) => sha256)).toEqual([sha256Hex(NEW), sha256Hex(OLD)]);
    expect((await status()).token).toMatchObject({
      fingerprint: `sha256:${sha256Hex(NEW).slice(0, 12)}`,
      previousValidUntil: digests?.[1]?.validUntil,
    });

    world.clock.advance(24 * 3_600_000 - 60_000);
    await operator.settle(KEY);
    expect((await config())?.tokenDigests).toEqual(digests);
    world.clock.advance(60_000);
    await operator.settle(KEY);
    expect((await config())?.tokenDigests).toEqual([{ sha256: sha256Hex(NEW), validUntil: null }]);
    expect((await status()).token.previousValidUntil).toBeNull();
    expect(world.cluster.events.map(({ reason }) => reason)).toEqual(['TokenRotated']);
  });

  test('a digest that somebody wrote into the derived config is taken out, and does not live on as a previous token', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    const settled = await config();
    for (const validUntil of [null, '2027-01-01T00:00:00Z']) {
      const foreign = { sha256: sha256Hex('a-token-that-nobody-issued'), validUntil };
      await world.cluster.applyDerivedConfig({ ...settled!, tokenDigests: [...settled!.tokenDigests, foreign] });
      await operator.settle(KEY);
      expect(await config()).toEqual(settled);
    }
  });

  test('a token that is taken back into use within its overlap is the current one again', async () => {
    const operator = anOperator(world);
    for (const token of [OLD, NEW, OLD]) {
      world.cluster.putSecret('team-hr', 'acme-scim-token', { token });
      await operator.settle(KEY);
    }
    expect((await config())?.tokenDigests).toEqual([
      { sha256: sha256Hex(OLD), validUntil: null },
      { sha256: sha256Hex(NEW), validUntil: expect.any(String) },
    ]);
  });

  test('a token that is rotated while the status can’t be written keeps its overlap', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    world.cluster.refused.add('writeStatus');
    world.cluster.putSecret('team-hr', 'acme-scim-token', { token: NEW });
    await expect(operator.settle(KEY)).rejects.toThrow('writeStatus');
    world.cluster.refused.clear();
    await operator.settle(KEY);
    expect((await config())?.tokenDigests.map(({ sha256 }) => sha256)).toEqual([sha256Hex(NEW), sha256Hex(OLD)]);
  });

  test('a Secret that can’t be read is told, leaves the token in force, and keeps no trip back', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    const settled = await config();
    world.cluster.tokenSecret = async () => {
      throw new SecretUnreadableError('Secret team-hr/acme-scim-token can’t be read: see the log');
    };
    await operator.settle(KEY);
    expect(await ready()).toBe('False TokenSecretUnreadable');
    expect(await config()).toEqual(settled);
    await fail(world);
    await operator.settle(KEY);
    expect(await ready()).toBe('False Tripped');
    expect(await enabled()).toBe(false);
  });

  test('a token is generated when there is none, and a deleted one is replaced', async () => {
    world.cluster.deleteSecret('team-hr', 'acme-scim-token');
    put(world, { tokenPolicy: { generate: true } });
    const operator = anOperator(world);
    await operator.settle(KEY);
    expect(await ready()).toBe('True Programmed');
    expect(await world.cluster.tokenSecret('team-hr', 'acme-scim-token')).toMatchObject({ generated: true });
    world.cluster.deleteSecret('team-hr', 'acme-scim-token');
    await operator.settle(KEY);
    expect(await ready()).toBe('True Programmed');
    expect(JSON.stringify(world.cluster.events)).not.toContain('a-generated-token');
  });

  test('what flaps is told once a minute, and its status is right all the same', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    for (let second = 0; second < 180; second += 10) {
      if (second % 20 === 0) world.cluster.deleteSecret('team-hr', 'acme-scim-token');
      else world.cluster.putSecret('team-hr', 'acme-scim-token', { token: OLD });
      await operator.step(KEY);
      expect(await ready()).toBe(second % 20 === 0 ? 'False TokenSecretMissing' : 'False WaitingForPods');
      world.clock.advance(10_000);
    }
    const told = world.cluster.events.map(({ reason }) => reason);
    expect(told.filter((reason) => reason === 'TokenSecretMissing')).toHaveLength(3);
    expect(told.filter((reason) => reason === 'Resolved')).toHaveLength(3);
  });

  test('a deleted tenant leaves no derived config', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    world.cluster.deleteTenant(KEY);
    await operator.settle(KEY);
    expect(await config()).toBeNull();
  });

  test('a pod that starts or falls silent makes the tenant wait, and a moment’s silence does not', async () => {
    const operator = anOperator(world);
    await operator.settle(KEY);
    world.pods.silent.add('pod-b');
    world.clock.advance(2_000);
    await operator.step(KEY);
    expect(await ready()).toBe('True Programmed');
    world.clock.advance(10_000);
    await operator.step(KEY);
    expect(await ready()).toBe('False WaitingForPods');
    world.pods.silent.clear();
    await operator.settle(KEY);
    expect(await ready()).toBe('True Programmed');
  });
});

describe('a cluster that goes away in the middle of a run', () => {
  /** An operator whose writes of this kind fail, until the given number of them has failed. */
  function failing(method: 'applyDerivedConfig' | 'recordEvent' | 'mirrorDisabled', concernsAll: boolean, failures = Infinity) {
    const faulty = aFaultyCluster(world.cluster);
    let left = failures;
    faulty.fault = (called) => (called === method && left-- > 0 ? unavailable({ concernsAll }) : null);
    return { operator: anOperator(world, Infinity, faulty.port), faulty };
  }

  test('ends the run with its first write, when nobody would take the status either', async () => {
    const { operator, faulty } = failing('applyDerivedConfig', true);
    await expect(operator.step(KEY)).rejects.toThrow(ClusterUnavailableError);
    expect(faulty.calls).toEqual(['tenant', 'tokenSecret', 'derivedConfig', 'applyDerivedConfig']);
    expect(world.cluster.writes).toEqual([]);
  });

  test('is told in the status, when it may be the matter of this object alone', async () => {
    const { operator } = failing('applyDerivedConfig', false);
    await expect(operator.step(KEY)).rejects.toThrow(ClusterUnavailableError);
    expect(await ready()).toBe('False ConfigNotWritten');
  });

  test('loses no Event: the next run, be it at once, tells what this one could not', async () => {
    await anOperator(world).settle(KEY);
    world.cluster.writes.splice(0);
    const { operator } = failing('recordEvent', true, 1);
    await fail(world);
    await expect(operator.step(KEY)).rejects.toThrow(ClusterUnavailableError);
    await operator.step(KEY);
    expect(world.cluster.events.map(({ reason }) => reason)).toEqual(['Tripped']);
    expect((await status()).breaker.trips).toBe(1);
  });

  test('keeps no mail of a stored trip from being sent', async () => {
    const { operator } = failing('mirrorDisabled', true);
    await operator.settle(KEY);
    await fail(world);
    await operator.step(KEY);
    await expect(operator.step(KEY)).rejects.toThrow(ClusterUnavailableError);
    expect(world.mailbox.mails.map(({ id }) => id)).toEqual(['trip-1']);
  });
});
