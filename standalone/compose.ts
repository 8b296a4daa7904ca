import { Registry } from 'prom-client';
import type { Logger } from '#common/logger.ts';
import { startProbeServer } from '#common/probe-server.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { createMailer, newToken } from '#operator/compose.ts';
import { createController } from '#operator/controller/controller.ts';
import { createOperatorMetrics } from '#operator/controller/operator-metrics.ts';
import type { PodReports } from '#operator/controller/ports.ts';
import { createNotifier } from '#operator/notify/outbox.ts';
import { KeyedQueue } from '#operator/queue/keyed-queue.ts';
import { startHttpServer } from '#scim-service/http/server.ts';
import { createServiceMetrics, type ServiceMetrics } from '#scim-service/http/service-metrics.ts';
import { openMongoUserStore } from '#scim-service/persistence/mongo/mongo-user-store.ts';
import { openSqliteUserStore } from '#scim-service/persistence/sqlite/sqlite-user-store.ts';
import type { StoreHealth, UserStore } from '#scim-service/provisioning/user-store.ts';
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
    pod: 'standalone',
  });
  const admin = await startProbeServer({
    ...config.admin,
    metrics: registry,
    ready: () => core.ready(),
    json: { '/internal/v1/report': () => core.report() },
  });
  stack.use(admin);
  const server = stack.use(await startHttpServer({ app: core.app, ...config.http }));
  const externalUrl = config.externalUrl ?? `http://${hostInUrl(config.http.host)}:${server.port}`;
  logger.info({ externalUrl, adminPort: admin.port, tenantsDir: config.tenantsDir, store: config.store.kind }, 'standalone mode listens');

  const pods = createLocalPodReports(() => core.report(), logger);
  const halves = [core.run(signal), runControlFlow({ config, logger, cluster, pods, registry, externalUrl }, signal)];
  for (const half of halves) half.catch((error: unknown) => fault.abort(error));
  onListening({ externalUrl, tenants: await cluster.tenantKeys() });
  await Promise.allSettled(halves);
  if (fault.signal.aborted) throw fault.signal.reason;
  logger.info('standalone mode stops');
}

interface ControlFlowParts {
  readonly config: StandaloneConfig;
  readonly logger: Logger;
  readonly cluster: DirectoryCluster;
  readonly pods: PodReports;
  readonly registry: Registry;
  readonly externalUrl: string;
}

/** The operator's half. Nobody else acts on the folder, so it leads without an election. */
async function runControlFlow(parts: ControlFlowParts, signal: AbortSignal): Promise<void> {
  const { config, logger, cluster, pods, registry, externalUrl } = parts;
  const metrics = createOperatorMetrics(registry);
  metrics.leading(true);
  const queue = new KeyedQueue({ metrics: metrics.queue });
  await using notifier = createNotifier({
    mailer: createMailer(config.mail, logger),
    from: config.mail.from,
    home: 'directory',
    onSettled: (key) => queue.add(key),
    onAttempt: (outcome) => metrics.notified(outcome),
    clock: Date.now,
    logger,
    signal,
  });
  const controller = createController({
    reader: cluster,
    writer: cluster,
    feed: cluster,
    pods,
    notifier,
    leadership: { assertHeld() {} },
    clock: Date.now,
    newToken,
    queue,
    metrics,
    logger,
    settings: { externalUrl },
  });
  await controller.run(signal);
}

interface OpenStoreParts {
  readonly config: StandaloneConfig;
  readonly logger: Logger;
  readonly metrics: ServiceMetrics;
  readonly stack: AsyncDisposableStack;
  readonly onFault: (error: unknown) => void;
}

async function openStore({ config, logger, metrics, stack, onFault }: OpenStoreParts): Promise<UserStore & StoreHealth> {
  if (config.store.kind === 'sqlite') return stack.use(openSqliteUserStore({ file: config.store.file }));
  const store = await openMongoUserStore({
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
