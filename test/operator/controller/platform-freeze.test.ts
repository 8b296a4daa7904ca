import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { tenantKey, type TenantKey } from '#common/tenant-key.ts';
import type { ScimTenant } from '#operator/api/scim-tenant.ts';
import { createOperatorMetrics } from '#operator/controller/operator-metrics.ts';
import type { Mail } from '#operator/controller/ports.ts';
import { createFreezeOutbox } from '#operator/notify/freeze-outbox.ts';
import { recipientMark } from '#operator/reconcile/notices.ts';
import { aClock } from '#test/support/a-clock.ts';
import { aLog } from '#test/support/a-log.ts';
import { aSpecManifest } from '#test/support/a-tenant.ts';
import { FakeCluster } from '#test/support/fake-cluster.ts';
import { FakeMailbox } from '#test/support/fake-notifier.ts';
import { FakePods } from '#test/support/fake-pods.ts';
import { runController } from '#test/support/run-controller.ts';
import { waitUntil } from '#test/support/wait-until.ts';

/** 60 tenants on one platform, and the whole shell of the operator. */

const KEYS = Array.from({ length: 60 }, (_, index): TenantKey => `team-hr/t-${index}`);
const PLATFORM = 'platform@example.com';

let cluster: FakeCluster;
let clock: ReturnType<typeof aClock>;
let pods: FakePods;
let mailbox: FakeMailbox;
let platformMails: Mail[];
const stops: (() => Promise<void>)[] = [];

beforeEach(() => {
  cluster = new FakeCluster();
  cluster.putSecret('team-hr', 'acme-scim-token', { token: 'a-token-of-more-than-24-characters' });
  for (const key of KEYS) cluster.putTenant({ metadata: { namespace: 'team-hr', name: key.slice(8) }, spec: aSpecManifest() });
  clock = aClock('2026-11-24T06:00:00Z');
  pods = new FakePods(cluster, clock.now, ['pod-a']);
  mailbox = new FakeMailbox();
  platformMails = [];
});

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A process that leads until it is ended. */
function lead() {
  const registry = new Registry();
  const metrics = createOperatorMetrics(registry, clock.now);
  const { logger } = aLog();
  const stop = new AbortController();
  const platform = createFreezeOutbox({
    mailer: { transport: 'smtp', send: async (mail) => void platformMails.push(mail) },
    from: 'scim@example.com',
    contacts: [PLATFORM],
    home: 'kubernetes',
    docsUrl: null,
    onAttempt: (outcome) => metrics.notified(outcome),
    logger,
    signal: stop.signal,
  });
  const times = { clock: clock.now, monotonic: clock.now };
  const { end } = runController(
    { cluster, pods, mailbox, ...times, platform, metrics, logger, stop },
    { resyncIntervalMs: 50, tripGraceMs: 20 },
  );
  stops.push(end);
  const frozen = async (): Promise<number | undefined> => (await registry.getSingleMetric('scim_breaker_frozen')?.get())?.values[0]?.value;
  return { end, frozen, registry };
}

async function tenants(): Promise<ScimTenant[]> {
  return Promise.all(KEYS.map(async (key) => (await cluster.tenant(key))!));
}

function reasonOf({ status }: ScimTenant, type: string): string | undefined {
  return status?.conditions.find((condition) => condition.type === type)?.reason;
}

async function until(what: string, isSo: (tenant: ScimTenant) => boolean, keys = KEYS): Promise<void> {
  await waitUntil(
    async () => {
      const all = (await tenants()).filter((tenant) => keys.includes(tenantKey(tenant)));
      return all.every(isSo);
    },
    { what, timeoutMs: 20_000, intervalMs: 20 },
  );
}

async function fail(keys: readonly TenantKey[]): Promise<void> {
  for (const key of keys) await pods.send('pod-a', key, { successes: 1, failures: { StoreUnavailable: 5 } });
}

const isReady = (tenant: ScimTenant): boolean => reasonOf(tenant, 'Ready') === 'Programmed';
const isFrozen = (tenant: ScimTenant): boolean => reasonOf(tenant, 'Tripped') === 'PlatformFailure';

function eventsOf(reason: string): number {
  return cluster.events.filter((event) => event.reason === reason).length;
}

async function switchedOff(): Promise<string[]> {
  return (await tenants())
    .filter(({ spec, status }) => !('enabled' in spec) || !spec.enabled || status?.breaker.state === 'Open')
    .map((tenant) => tenantKey(tenant));
}

describe('60 tenants', () => {
  test('are frozen no longer once those that fail are being deleted, while these are still held', async () => {
    const failing = KEYS.slice(0, 20);
    for (const key of failing) {
      cluster.putTenant({ metadata: { namespace: 'team-hr', name: key.slice(8) }, spec: aSpecManifest({ tenantDeletion: 'Delete' }) });
    }
    const leader = lead();
    await until('all tenants ready', isReady);
    await fail(failing);
    await until('the freeze', isFrozen, failing);
    for (const key of failing) cluster.deleteTenant(key, new Date(clock.now()).toISOString());
    await waitUntil(async () => (await leader.frozen()) === 0, { what: 'the end of the freeze', timeoutMs: 5_000 });
    await until('their deletion', (tenant) => reasonOf(tenant, 'Ready') === 'Deleting', failing);
    expect(await switchedOff()).toEqual([]);
  });

  test('that fail together stay in service, and the platform is told once, across a change of the leader', async () => {
    const first = lead();
    await until('every tenant served', isReady);
    expect(await first.frozen()).toBe(0);

    await fail(KEYS);
    await until('the freeze in every status', isFrozen);
    expect(await first.frozen()).toBe(1);
    const told = [recipientMark(PLATFORM)];
    await until('who was told, in every status', ({ status }) => status?.breaker.freeze?.told.length === 1);
    expect((await tenants()).map(({ status }) => status?.breaker.freeze)).toEqual(
      KEYS.map(() => ({ since: '2026-11-24T06:00:00Z', told })),
    );
    expect(eventsOf('PlatformFailure')).toBe(60);
    await first.end();

    clock.advance(60_000);
    const second = lead();
    await waitUntil(async () => (await second.frozen()) === 1, { what: 'the freeze under the next leader', timeoutMs: 20_000 });
    clock.advance(60_000);
    expect(await switchedOff()).toEqual([]);
    expect(eventsOf('PlatformFailure')).toBe(60);
    expect(platformMails.map(({ to }) => to)).toEqual([PLATFORM]);
    expect(mailbox.mails).toEqual([]);

    // The window is 40 minutes.
    clock.advance(41 * 60_000);
    await waitUntil(async () => (await second.frozen()) === 0, { what: 'the end of the freeze', timeoutMs: 20_000 });
    await until('the release in every status', ({ status }) => status?.breaker.freeze === null);
    await until('no condition Tripped', (tenant) => reasonOf(tenant, 'Tripped') === undefined);
    expect(eventsOf('FreezeReleased')).toBe(60);
    expect(await switchedOff()).toEqual([]);
  }, 60_000);

  test('of which a few fail are switched off, each with a mail of its own', async () => {
    const { frozen } = lead();
    await until('every tenant served', isReady);
    await fail(KEYS.slice(0, 6));
    await waitUntil(
      async () => {
        clock.advance(10);
        return (await switchedOff()).length === 6;
      },
      { what: 'the trips of a tenth', timeoutMs: 20_000, intervalMs: 20 },
    );
    expect(await frozen()).toBe(0);
    await waitUntil(() => mailbox.mails.length === 6, { what: 'the mails of a tenth', timeoutMs: 20_000 });

    // The seventh is one too many, although the six are switched off already.
    await fail([KEYS[6]!]);
    await until('the freeze of the seventh', isFrozen, [KEYS[6]!]);
    expect(await frozen()).toBe(1);
    expect((await switchedOff()).length).toBe(6);
    expect(mailbox.mails).toHaveLength(6);
    await waitUntil(() => platformMails.length === 1, { what: 'the mail to the platform' });
    expect(platformMails[0]?.subject).toBe('[SCIM] 7 of 60 tenants fail at once');
  }, 60_000);

  test('under a freeze: one whose directory wants many people gone is switched off all the same', async () => {
    lead();
    await until('every tenant served', isReady);
    await fail(KEYS.slice(1));
    await until('the freeze', isFrozen, KEYS.slice(1));
    const wave = { at: new Date(clock.now()).toISOString(), deactivations: 31, limit: 30, people: 100 };
    await pods.note('pod-a', KEYS[0]!, { deactivationWave: wave });
    await waitUntil(async () => (await switchedOff()).length === 1, { what: 'the trip for the wave', timeoutMs: 20_000 });
    expect(await switchedOff()).toEqual([KEYS[0]]);
    await waitUntil(() => mailbox.mails.length === 1, { what: 'the mail about the wave' });
  }, 60_000);
});
