import { Registry } from 'prom-client';
import { loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import type { Logger } from '#common/logger.ts';
import { startProbeServer } from '#common/probe-server.ts';
import { createKubernetesConfigFeed } from './config-feed/kubernetes-config-feed.ts';
import type { ScimServiceConfig } from './config.ts';
import { startHttpServer } from './http/server.ts';
import { createServiceMetrics } from './http/service-metrics.ts';
import { openMongoStore } from './persistence/mongo/mongo-store.ts';
import { createServiceCore } from './service-core.ts';

/** Builds every adapter of the SCIM service and runs it until the signal aborts; resolves once all is stopped. */
export async function runScimService(config: ScimServiceConfig, logger: Logger, stop: AbortSignal): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const fault = new AbortController();
  const signal = AbortSignal.any([stop, fault.signal]);

  const registry = new Registry();
  const metrics = createServiceMetrics(registry);
  const store = stack.use(
    await openMongoStore({
      uri: config.secrets.mongodbUri,
      logger,
      onOperation: (operation, seconds) => metrics.storeOperation(operation, seconds),
    }),
  );
  // A standalone server can't keep our promises; everything else mends itself.
  store.connected.catch((error: unknown) => fault.abort(error));
  const client = stack.adopt(new KubernetesClient(loadKubeConfig(config.kubernetes.kubeconfig)), (open) => open.close());
  const feed = createKubernetesConfigFeed({ client, namespace: config.kubernetes.configNamespace, logger });
  const { externalUrl, docsUrl, pod } = config;
  const core = createServiceCore({ store, feed, metrics, logger, clock: Date.now, externalUrl, docsUrl, pod });

  stack.use(
    await startProbeServer({
      ...config.admin,
      metrics: registry,
      ready: () => core.ready(),
      json: { '/internal/v1/report': (query) => core.report(query.get('since')) },
    }),
  );
  const server = stack.use(await startHttpServer({ app: core.app, ...config.http }));
  logger.info({ host: config.http.host, port: server.port, pod }, 'SCIM service listens');
  await core.run(signal);
  if (fault.signal.aborted) throw fault.signal.reason;
  logger.info('SCIM service stops');
}
