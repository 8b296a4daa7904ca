import { Registry } from 'prom-client';
import type { Logger } from '#common/logger.ts';
import { startProbeServer } from '#common/probe-server.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { runControlLoop } from '#operator/control-loop.ts';
import { createOperatorMetrics } from '#operator/controller/operator-metrics.ts';
import { startHttpServer } from '#scim-service/http/server.ts';
import { createServiceMetrics, type ServiceMetrics } from '#scim-service/http/service-metrics.ts';
import { openMongoStore } from '#scim-service/persistence/mongo/mongo-store.ts';
import { openSqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { createServiceCore } from '#scim-service/service-core.ts';
import { createConfigBridge } from './config-bridge.ts';
import type { StandaloneConfig } from './config.ts';
import { DirectoryCluster } from './directory-cluster/directory-cluster.ts';
import { createLocalPodReports } from './local-pod-reports.ts';

export interface StandaloneParts {
  readonly config: StandaloneConfig;
  readonly logger: Logger;
  /** Called once requests are answered. `externalUrl` is the base of the tenants' URLs. */
  readonly onListening: (listening: { readonly externalUrl: string; readonly tenants: readonly TenantKey[] }) => void;
}

/** Both programs in one process on the embedded adapters, until the signal aborts; resolves once all is stopped. */
export async function runStandalone({ config, logger, onListening }: StandaloneParts, stop: AbortSignal): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const fault = new AbortController();
  const signal = AbortSignal.any([stop, fault.signal]);

  const registry = new Registry();
  const serviceMetrics = createServiceMetrics(registry);
  const store = await openStore({ config, logger, metrics: serviceMetrics, stack, onFault: (error) => fault.abort(error) });
  const cluster = await DirectoryCluster.open({ folder: config.tenantsDir, logger });
  const core = createServiceCore({
    store,
    feed: createConfigBridge(cluster),
    metrics: serviceMetrics,
    logger,
    clock: Date.now,
    externalUrl: config.externalUrl,
    docsUrl: config.docsUrl,
    pod: 'standalone',
  });
  const admin = await startProbeServer({
    ...config.admin,
    metrics: registry,
    ready: () => core.ready(),
    json: { '/internal/v1/report': (query) => core.report(query.get('since')) },
  });
  stack.use(admin);
  const server = stack.use(await startHttpServer({ app: core.app, ...config.http }));
  const externalUrl = config.externalUrl ?? `http://${hostInUrl(config.http.host)}:${server.port}`;
  logger.info({ externalUrl, adminPort: admin.port, tenantsDir: config.tenantsDir, store: config.store.kind }, 'standalone mode listens');

  const pods = createLocalPodReports((since) => core.report(since), logger);
  const metrics = createOperatorMetrics(registry);
  // Nobody else acts on the folder, so there is nothing to elect.
  metrics.leading(true);
  const leadership = { assertHeld() {} };
  const { mail, breaker, docsUrl } = config;
  const control = runControlLoop(
    { cluster, home: 'directory', pods, leadership, mail, breaker, externalUrl, docsUrl, metrics, logger },
    signal,
  );
  const halves = [core.run(signal), control];
  for (const half of halves) half.catch((error: unknown) => fault.abort(error));
  onListening({ externalUrl, tenants: await cluster.tenantKeys() });
  await Promise.allSettled(halves);
  if (fault.signal.aborted) throw fault.signal.reason;
  logger.info('standalone mode stops');
}

interface OpenStoreParts {
  readonly config: StandaloneConfig;
  readonly logger: Logger;
  readonly metrics: ServiceMetrics;
  readonly stack: AsyncDisposableStack;
  readonly onFault: (error: unknown) => void;
}

async function openStore({ config, logger, metrics, stack, onFault }: OpenStoreParts): Promise<ScimStore> {
  if (config.store.kind === 'sqlite') return stack.use(openSqliteStore({ file: config.store.file }));
  const store = await openMongoStore({
    uri: config.store.uri,
    logger,
    onOperation: (operation, seconds) => metrics.storeOperation(operation, seconds),
  });
  store.connected.catch(onFault);
  return stack.use(store);
}

/** What a browser or curl on this machine can ask for: an address that means "all" is nobody's name. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
