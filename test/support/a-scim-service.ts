import { Registry } from 'prom-client';
import type { TenantConfig } from '#common/tenant-config.ts';
import { createApp } from '#scim-service/http/app.ts';
import { reportIgnoredAttributes } from '#scim-service/http/ignored-attributes.ts';
import { startHttpServer, type HttpServerOptions } from '#scim-service/http/server.ts';
import { createServiceMetrics } from '#scim-service/http/service-metrics.ts';
import { createGroupProvisioning, type GroupProvisioning } from '#scim-service/provisioning/group-provisioning.ts';
import { createUserProvisioning, type UserProvisioning } from '#scim-service/provisioning/user-provisioning.ts';
import { noteWaves } from '#scim-service/tenancy/note-waves.ts';
import { TenantDirectory, type ServedTenant } from '#scim-service/tenancy/tenant-directory.ts';
import { aClock, type FakeClock } from './a-clock.ts';
import { aLog, type LogLine } from './a-log.ts';
import { aTenantConfig } from './a-tenant-config.ts';
import { InterleavingStore } from './interleaving-store.ts';
import { createScimClient, type ScimClient } from './scim-client.ts';

export interface ScimServiceUnderTest extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly origin: string;
  readonly port: number;
  /** Of the tenant team-hr/acme, whose token is `token`. */
  readonly client: ScimClient;
  readonly directory: TenantDirectory;
  readonly clock: FakeClock;
  readonly log: readonly LogLine[];
  readonly store: InterleavingStore;
  /** The Prometheus text of the metrics whose names begin so, help and type left out. */
  metrics(prefix: string): Promise<readonly string[]>;
  tenant(): ServedTenant;
}

export interface ScimServiceOptions {
  readonly configs?: readonly TenantConfig[];
  readonly synced?: boolean;
  readonly externalUrl?: string | null;
  readonly docsUrl?: string | null;
  /** Takes the place of the real use cases, or parts of them. */
  readonly provisioning?: Partial<UserProvisioning>;
  readonly groups?: Partial<GroupProvisioning>;
  readonly server?: Partial<HttpServerOptions>;
}

/** The real app on a free port, with only its ports replaced: the store is in memory and the clock stands still. */
export async function startScimService(options: ScimServiceOptions = {}): Promise<ScimServiceUnderTest> {
  const clock = aClock('2026-11-24T10:00:00Z');
  const log = aLog();
  const registry = new Registry();
  const metrics = createServiceMetrics(registry);
  const directory = new TenantDirectory({ logger: log.logger, clock: clock.now });
  for (const config of options.configs ?? [aTenantConfig()]) directory.set(config);
  if (options.synced ?? true) directory.synced();
  log.lines.length = 0;
  const store = new InterleavingStore();
  let ids = 0;
  const onIgnored = reportIgnoredAttributes({ metrics, logger: log.logger, namesOf: (key) => directory.find(key)?.ignored ?? null });
  const onWave = noteWaves({ directory, metrics, logger: log.logger, clock: clock.now });
  const useCases = { store, clock: clock.now, newId: () => `id-${++ids}`, onIgnored, onWave };
  let requestIds = 0;
  const app = createApp({
    directory,
    provisioning: { ...createUserProvisioning(useCases), ...options.provisioning },
    groups: { ...createGroupProvisioning(useCases), ...options.groups },
    metrics,
    logger: log.logger,
    clock: clock.now,
    externalUrl: options.externalUrl ?? null,
    docsUrl: options.docsUrl ?? null,
    newRequestId: () => `request-${++requestIds}`,
  });
  const server = await startHttpServer({ app, host: '127.0.0.1', port: 0, ...options.server });
  const origin = `http://127.0.0.1:${server.port}`;
  return {
    origin,
    port: server.port,
    client: createScimClient(`${origin}/team-hr/acme/scim/v2`, 'token'),
    directory,
    clock,
    log: log.lines,
    store,
    async metrics(prefix) {
      const text = await registry.metrics();
      return text.split('\n').filter((line) => line.startsWith(prefix));
    },
    tenant() {
      const tenant = directory.find('team-hr/acme');
      if (tenant === null) throw new Error('team-hr/acme is not served');
      return tenant;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
