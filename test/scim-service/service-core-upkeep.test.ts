import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { projectionRevision, type TenantConfig } from '#common/tenant-config.ts';
import { startHttpServer } from '#scim-service/http/server.ts';
import { createServiceMetrics } from '#scim-service/http/service-metrics.ts';
import { openSqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import { createServiceCore } from '#scim-service/service-core.ts';
import type { ConfigFeed, ConfigSink } from '#scim-service/tenancy/config-feed.ts';
import { aLog } from '#test/support/a-log.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';
import { createScimClient } from '#test/support/scim-client.ts';
import { waitUntil } from '#test/support/wait-until.ts';

const TENANT = 'team-hr/acme';
const CONFIG = aTenantConfig({
  mapping: [aRule('userName', 'login', { required: true }), aRule('title', 'designation')],
  newUserDefaults: [],
  deactivationGuard: { limit: { kind: 'Count', count: 1 }, windowSeconds: 2_400, refuses: true },
});
const CHANGED: TenantConfig = { ...CONFIG, generation: 2, mapping: [aRule('userName', 'account', { required: true })] };

let stack: AsyncDisposableStack;

beforeEach(() => {
  stack = new AsyncDisposableStack();
});

afterEach(() => stack.disposeAsync());

/** The whole service with real time, whose configs are set by hand. */
async function start() {
  const store = stack.use(openSqliteStore({ file: ':memory:' }));
  const log = aLog();
  const registry = new Registry();
  const metrics = createServiceMetrics(registry);
  const { promise: started, resolve } = Promise.withResolvers<ConfigSink>();
  const feed: ConfigFeed = {
    run(sink, signal) {
      resolve(sink);
      return new Promise((end) => signal.addEventListener('abort', () => end(), { once: true }));
    },
  };
  const core = createServiceCore({
    store,
    feed,
    metrics,
    logger: log.logger,
    clock: Date.now,
    externalUrl: null,
    docsUrl: null,
    pod: 'test',
  });
  const stop = new AbortController();
  const ended = core.run(stop.signal);
  stack.defer(async () => {
    stop.abort();
    await ended;
  });
  const configs = await started;
  configs.set(CONFIG);
  configs.synced();
  const server = stack.use(await startHttpServer({ app: core.app, host: '127.0.0.1', port: 0 }));
  const client = createScimClient(`http://127.0.0.1:${server.port}/${TENANT}/scim/v2`, 'token');
  const metricLines = async (prefix: string) => (await registry.metrics()).split('\n').filter((line) => line.startsWith(prefix));
  return { store, core, configs, client, log, metricLines, reported: () => core.report().tenants[TENANT]! };
}

describe('the service behind its requests', () => {
  test('brings people to a mapping that changes, and tells how far it is', async () => {
    const { store, configs, client, metricLines, reported } = await start();
    const { body } = await client.send({ method: 'POST', path: '/Users', body: { userName: 'kim', title: 'Engineer' } });
    expect(reported().reprojection).toMatchObject({ total: 0, done: 0 });
    configs.set(CHANGED);
    const projection = projectionRevision(CHANGED);
    const finished = await waitUntil(
      () => {
        const { reprojection } = reported();
        return reprojection?.projection === projection && reprojection.finishedAt !== null && reprojection;
      },
      { what: 'reprojection' },
    );

    expect(finished).toMatchObject({ total: 1, done: 1, incomplete: 0 });
    const stored = await store.users.findById(TENANT, body.id);
    expect({ resource: stored?.resource, person: stored?.person }).toEqual({
      resource: { userName: 'kim', active: true },
      person: { account: 'kim' },
    });
    expect(await metricLines('scim_reprojected_users_total')).toEqual(['scim_reprojected_users_total 1']);
  });

  test('tells what the served mapping ignored, and begins anew with another mapping', async () => {
    const { configs, client, reported } = await start();
    await client.send({ method: 'POST', path: '/Users', body: { userName: 'kim', nickName: 'K', timezone: 'UTC' } });
    expect(reported().ignoredAttributes).toEqual(['nickName', 'timezone']);

    configs.set(CHANGED);
    expect(reported().ignoredAttributes).toEqual([]);
  });

  test('tells of a wave of deactivations that it refused', async () => {
    const { client, log, metricLines, reported } = await start();
    const statuses: number[] = [];
    for (const userName of ['kim', 'lee', 'ann']) {
      const { body } = await client.send({ method: 'POST', path: '/Users', body: { userName } });
      statuses.push((await client.send({ method: 'DELETE', path: `/Users/${body.id}` })).status);
    }

    expect(statuses).toEqual([204, 503, 503]);
    expect(reported().deactivationWave).toMatchObject({ deactivations: 2, limit: 1 });
    expect(await metricLines('scim_deactivation_waves_total')).toEqual([
      'scim_deactivation_waves_total{namespace="team-hr",tenant="acme"} 1',
    ]);
    expect(log.lines.filter(({ msg }) => msg === 'more people than the limit allows were to be deactivated')).toHaveLength(1);
  });
});
