import { afterEach, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseTenantKey, tenantKey, type TenantKey } from '#common/tenant-key.ts';
import type { TenantConfig } from '#common/tenant-config.ts';
import { aFaultyCluster, unavailable } from '#test/support/a-faulty-cluster.ts';
import { aLog } from '#test/support/a-log.ts';
import { aSpecManifest } from '#test/support/a-tenant.ts';
import { FakeCluster } from '#test/support/fake-cluster.ts';
import { runController } from '#test/support/run-controller.ts';
import { waitUntil } from '#test/support/wait-until.ts';

const TENANTS = Array.from({ length: 1_000 }, (_, index): TenantKey => `team-${index % 20}/tenant-${index}`);
const BROKEN: TenantKey = 'team-3/tenant-3';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A thousand tenants, the whole controller, and a cluster that fails as told. */
function aWorld() {
  const cluster = new FakeCluster();
  for (let team = 0; team < 20; team++)
    cluster.putSecret(`team-${team}`, 'acme-scim-token', { token: 'a-token-of-more-than-24-characters' });
  const put = (spec: Parameters<typeof aSpecManifest>[0] = {}): void => {
    for (const key of TENANTS) cluster.putTenant({ metadata: parseTenantKey(key), spec: aSpecManifest(spec) });
  };
  put();
  const faulty = aFaultyCluster(cluster);
  const log = aLog();
  const start = (): void => {
    const pods = { poll: async () => ({ reports: [], expected: 0 }) };
    const port = { cluster, reader: faulty.port, writer: faulty.port };
    stops.push(runController({ ...port, pods, logger: log.logger }, { pollIntervalMs: 100, tripGraceMs: 3_000 }).end);
  };
  const handled = async (isHandled: (key: TenantKey, config: TenantConfig | null) => Promise<boolean> | boolean): Promise<number> => {
    let count = 0;
    for (const key of TENANTS) if (await isHandled(key, await cluster.derivedConfig(key))) count += 1;
    return count;
  };
  const errors = (): unknown[] => log.lines.filter(({ level }) => level === 'error').map(({ msg }) => msg);
  return { cluster, faulty, put, start, handled, errors };
}

test('an operator that starts while the cluster is away asks it now and then, and handles every tenant when it is back', async () => {
  const { faulty, start, handled, errors, cluster } = aWorld();
  faulty.fault = () => unavailable();
  start();
  await sleep(3_000);
  // 16 runs find it out; then one after 0.25, 0.5, 1 and 2 s, and in between the list of all tenants.
  expect(faulty.calls.length).toBeLessThanOrEqual(16 + 4 + 8);
  expect(faulty.calls.length).toBeGreaterThan(16);
  expect(cluster.writes).toEqual([]);
  faulty.fault = null;
  await waitUntil(async () => (await handled((_, config) => config !== null)) === TENANTS.length, {
    what: 'every config',
    timeoutMs: 60_000,
  });
  expect(errors()).toEqual(['the API server is away, all runs are held up']);
}, 120_000);

test('what changes while the cluster is away is made good when it is back, once for each tenant', async () => {
  const { faulty, start, put, handled, errors, cluster } = aWorld();
  start();
  await waitUntil(async () => (await handled((_, config) => config !== null)) === TENANTS.length, {
    what: 'every config',
    timeoutMs: 60_000,
  });
  faulty.fault = () => unavailable({ concernsAll: false });
  const before = faulty.calls.length;
  put({ enabled: false });
  await sleep(2_000);
  expect(faulty.calls.length - before).toBeLessThanOrEqual(18 + 4);
  cluster.writes.splice(0);
  faulty.fault = null;
  await waitUntil(async () => (await handled((_, config) => config?.state.kind === 'Disabled')) === TENANTS.length, {
    what: 'every config to be of today',
    timeoutMs: 60_000,
  });
  expect(cluster.writes.filter((write) => write === 'config Disabled')).toHaveLength(TENANTS.length);
  // Two runs fail before it is known that the fault is everybody's.
  expect(errors()).toEqual([
    'run failed, will be tried again',
    'run failed, will be tried again',
    'the API server is away, all runs are held up',
  ]);
}, 180_000);

test('a tenant whose config is answered with 500 for ever says so in its status, and holds nobody up', async () => {
  const { faulty, start, handled, cluster } = aWorld();
  faulty.fault = (method, [config]) =>
    method === 'applyDerivedConfig' && tenantKey(config as TenantConfig) === BROKEN ? unavailable({ concernsAll: false }) : null;
  start();
  await waitUntil(async () => (await handled((_, config) => config !== null)) === TENANTS.length - 1, {
    what: 'the other configs',
    timeoutMs: 60_000,
  });
  const condition = (await cluster.tenant(BROKEN))?.status?.conditions.find(({ type }) => type === 'Ready');
  expect(condition).toMatchObject({ status: 'False', reason: 'ConfigNotWritten' });
  expect(faulty.calls.filter((method) => method === 'applyDerivedConfig').length).toBeLessThan(TENANTS.length + 20);
}, 120_000);
