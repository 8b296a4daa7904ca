import { afterEach, describe, expect, test } from '@jest/globals';
import type { Registry } from 'prom-client';
import type { TenantKey } from '#common/tenant-key.ts';
import type { ControllerParts, ControllerSettings } from '#operator/controller/controller.ts';
import { aClock } from '#test/support/a-clock.ts';
import { aSpecManifest } from '#test/support/a-tenant.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { FakeCluster } from '#test/support/fake-cluster.ts';
import { FakeMailbox } from '#test/support/fake-notifier.ts';
import { FakePods } from '#test/support/fake-pods.ts';
import { runController } from '#test/support/run-controller.ts';
import { waitUntil } from '#test/support/wait-until.ts';

const KEY: TenantKey = 'team-hr/acme';
const TOKEN = 'a-token-of-more-than-24-characters';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function aCluster(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.putSecret('team-hr', 'acme-scim-token', { token: TOKEN });
  put(cluster);
  return cluster;
}

function put(cluster: FakeCluster, spec: Parameters<typeof aSpecManifest>[0] = {}, name = 'acme'): void {
  cluster.putTenant({ metadata: { namespace: 'team-hr', name }, spec: aSpecManifest(spec) });
}

/** The whole shell with its loops, stopped after the test. */
function start(cluster: FakeCluster, overrides: Partial<ControllerParts> = {}, settings: Partial<ControllerSettings> = {}) {
  const clock = aClock('2026-11-24T06:00:00Z');
  const pods = new FakePods(cluster, clock.now, ['pod-a', 'pod-b']);
  const mailbox = new FakeMailbox();
  const times = { clock: clock.now, monotonic: clock.now };
  const shell = runController({ cluster, pods, mailbox, ...times, newToken: () => TOKEN, ...overrides }, settings);
  return { ...shell, pods, mailbox, clock };
}

function started(...input: Parameters<typeof start>) {
  const shell = start(...input);
  stops.push(shell.end);
  return shell;
}

async function ready(cluster: FakeCluster, key = KEY): Promise<string | undefined> {
  const condition = (await cluster.tenant(key))?.status?.conditions.find(({ type }) => type === 'Ready');
  return condition && `${condition.status} ${condition.reason}`;
}

function untilReady(cluster: FakeCluster, expected: string, key = KEY): Promise<unknown> {
  return waitUntil(async () => (await ready(cluster, key)) === expected, { what: `Ready ${expected}`, intervalMs: 10 });
}

async function value(registry: Registry, series: string): Promise<number | null> {
  const line = (await registry.metrics()).split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length + 1));
}

describe('the controller', () => {
  test('carries a tenant from its first sight to a trip, its mail and back, by its own loops', async () => {
    const cluster = aCluster();
    const { pods, mailbox, registry } = started(cluster);
    await untilReady(cluster, 'True Programmed');
    await pods.send('pod-a', KEY, { successes: 2, failures: { InvalidValue: 4 } });
    await untilReady(cluster, 'False Tripped');
    await waitUntil(async () => (await cluster.tenant(KEY))?.status?.notifications.notices[0]?.delivered.length === 1, {
      what: 'the mail’s marker',
      intervalMs: 10,
    });
    expect((await cluster.tenant(KEY))?.spec).toMatchObject({ enabled: false });
    expect(mailbox.mails).toHaveLength(1);
    const labels = '{namespace="team-hr",tenant="acme"}';
    await waitUntil(async () => (await value(registry, `scim_tenant_breaker_open${labels}`)) === 1, { what: 'the metric', intervalMs: 10 });
    expect(await value(registry, `scim_tenant_breaker_trips_total${labels}`)).toBe(1);
    expect(await value(registry, 'scim_tenant_info{namespace="team-hr",tenant="acme",state="Tripped"}')).toBe(1);

    put(cluster, { enabled: true });
    await untilReady(cluster, 'True Programmed');
    await waitUntil(async () => (await value(registry, `scim_tenant_breaker_open${labels}`)) === 0, { what: 'the metric', intervalMs: 10 });
    expect(await value(registry, `scim_tenant_ready${labels}`)).toBe(1);
    expect(await value(registry, 'scim_tenant_info{namespace="team-hr",tenant="acme",state="Tripped"}')).toBeNull();
    expect(await value(registry, `scim_tenant_users${labels}`)).toBe(2);
    expect(await value(registry, 'scim_config_propagation_seconds_count')).toBeGreaterThanOrEqual(2);
  });

  test('sweeps away configs whose tenant went while nobody watched, and the series of one that goes', async () => {
    const cluster = aCluster();
    await cluster.applyDerivedConfig(aTenantConfig({ namespace: 'team-x', name: 'gone' }));
    const { registry } = started(cluster);
    await untilReady(cluster, 'True Programmed');
    await waitUntil(async () => (await cluster.derivedConfigKeys()).length === 1, { what: 'the sweep', intervalMs: 10 });
    expect(await cluster.derivedConfigKeys()).toEqual([KEY]);

    cluster.deleteTenant(KEY);
    await waitUntil(async () => (await cluster.derivedConfigKeys()).length === 0, { what: 'the deletion', intervalMs: 10 });
    await waitUntil(async () => !(await registry.metrics()).includes('tenant="acme"'), { what: 'the series to go', intervalMs: 10 });
  });

  test('lists anew soon when its first resync fails, so that nothing is left for the next one', async () => {
    const cluster = aCluster();
    await cluster.applyDerivedConfig(aTenantConfig({ namespace: 'team-x', name: 'gone' }));
    let failures = 2;
    const reader = {
      tenant: (key: TenantKey) => cluster.tenant(key),
      tenantKeys: () => cluster.tenantKeys(),
      tokenSecret: (namespace: string, name: string) => cluster.tokenSecret(namespace, name),
      derivedConfig: (key: TenantKey) => cluster.derivedConfig(key),
      isNamespaceTerminating: (namespace: string) => cluster.isNamespaceTerminating(namespace),
      derivedConfigKeys: async () => {
        if (failures-- > 0) throw new Error('not now');
        return cluster.derivedConfigKeys();
      },
    };
    started(cluster, { reader });
    await untilReady(cluster, 'True Programmed');
    await waitUntil(async () => (await cluster.derivedConfigKeys()).length === 1, { what: 'the sweep', intervalMs: 10 });
    expect(await cluster.derivedConfigKeys()).toEqual([KEY]);
  });

  test('finds by its resync what no feed told', async () => {
    const cluster = aCluster();
    const deaf = { run: (_: unknown, signal: AbortSignal) => cluster.run(() => {}, signal), synced: () => cluster.synced() };
    started(cluster, { feed: deaf }, { resyncIntervalMs: 20 });
    await untilReady(cluster, 'True Programmed');
    put(cluster, { enabled: false });
    await untilReady(cluster, 'True Disabled');
    expect((await cluster.derivedConfig(KEY))?.state).toEqual({ kind: 'Disabled' });
  });

  test('outlives reads, writes and polls that fail, and tries again', async () => {
    const cluster = aCluster();
    cluster.refused.add('writeStatus');
    let pollsToFail = 3;
    const { pods, registry, log } = started(cluster, {
      pods: {
        poll: () => {
          pollsToFail -= 1;
          return pollsToFail >= 0 ? Promise.reject(new Error('endpointslices is forbidden')) : pods.poll();
        },
      },
    });
    await waitUntil(
      async () => ((await value(registry, 'controller_runtime_reconcile_total{controller="scimtenant",result="error"}')) ?? 0) > 0,
      {
        what: 'a failed run',
        intervalMs: 10,
      },
    );
    cluster.refused.clear();
    await untilReady(cluster, 'True Programmed');
    expect(log.lines.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['run failed, will be tried again', 'pods not asked, will be tried again']),
    );
    expect(await value(registry, 'workqueue_retries_total{name="scimtenant"}')).toBeGreaterThan(0);
  });

  test('one tenant that fails does not hold up another', async () => {
    const cluster = aCluster();
    put(cluster, {}, 'other');
    const reader = new Proxy(cluster, {
      get: (target, property) => {
        const member = Reflect.get(target, property) as unknown;
        if (property !== 'tenant') return typeof member === 'function' ? (member.bind(target) as unknown) : member;
        return (key: TenantKey) => (key === KEY ? Promise.reject(new Error('broken')) : target.tenant(key));
      },
    });
    started(cluster, { reader }, { workers: 1 });
    await untilReady(cluster, 'True Programmed', 'team-hr/other');
    expect(await ready(cluster)).toBeUndefined();
  });

  test('writes nothing once the lease is lost', async () => {
    const cluster = aCluster();
    const { log } = started(cluster, {
      leadership: {
        assertHeld() {
          throw new Error('the lease is lost');
        },
      },
    });
    await waitUntil(() => log.lines.some(({ msg }) => msg === 'run failed, will be tried again'), {
      what: 'the refused run',
      intervalMs: 10,
    });
    expect(cluster.writes).toEqual([]);
  });

  test('decides nothing before the feed is synced', async () => {
    const cluster = aCluster();
    const { promise, resolve } = Promise.withResolvers<void>();
    let polls = 0;
    const { pods, log } = started(cluster, {
      feed: { run: (onChange, signal) => cluster.run(onChange, signal), synced: () => promise },
      pods: { poll: () => ((polls += 1), pods.poll()) },
    });
    await new Promise((wake) => setTimeout(wake, 50));
    expect({ polls, writes: cluster.writes, log: log.lines }).toEqual({ polls: 0, writes: [], log: [] });
    resolve();
    await untilReady(cluster, 'True Programmed');
  });

  test('stops when its signal aborts, also before the feed is synced', async () => {
    const synced = start(aCluster());
    await expect(synced.end()).resolves.toBeUndefined();
    const cluster = aCluster();
    const unsynced = start(cluster, {
      feed: { run: (onChange, signal) => cluster.run(onChange, signal), synced: () => new Promise(() => {}) },
    });
    await expect(unsynced.end()).resolves.toBeUndefined();
  });

  test('ends with the fault of a feed that can’t go on', async () => {
    const { running } = start(aCluster(), {
      feed: { run: () => Promise.reject(new Error('no such resource')), synced: () => Promise.resolve() },
    });
    await expect(running).rejects.toThrow('no such resource');
  });
});
