import { Counter, Registry } from 'prom-client';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import { currentNamespace, loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import type { Logger } from '#common/logger.ts';
import { startProbeServer } from '#common/probe-server.ts';
import type { OperatorConfig } from './config.ts';
import { runControlLoop } from './control-loop.ts';
import { createOperatorMetrics } from './controller/operator-metrics.ts';
import { KubernetesCluster } from './kube/kubernetes-cluster.ts';
import { KubernetesPodReports } from './kube/kubernetes-pod-reports.ts';
import { LeaseElector } from './kube/lease-elector.ts';

/** Name of the Lease, one for each namespace that operators run in. */
const LEASE_NAME = 'scim-operator';

/** Builds every adapter of the operator and runs it until the signal aborts; resolves once all is stopped. */
export async function runOperator(config: OperatorConfig, logger: Logger, stop: AbortSignal): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const { configNamespace, watchNamespaces, tokenSecrets, serviceName, identity, kubeconfig } = config.kubernetes;

  const registry = new Registry();
  const metrics = createOperatorMetrics(registry);
  const kubeConfig = loadKubeConfig(kubeconfig);
  const namespace = config.kubernetes.namespace ?? currentNamespace(kubeConfig);
  const requests = clientMetrics(registry);
  const client = stack.adopt(new KubernetesClient(kubeConfig, requests), (open) => open.close());
  const elector = new LeaseElector({
    client,
    namespace,
    name: LEASE_NAME,
    identity,
    logger,
    onLeading: (leading) => metrics.leading(leading),
  });
  stack.use(
    await startProbeServer({
      ...config.admin,
      metrics: registry,
      // A replica that waits for the lease is as ready as it will be.
      ready: async () => [],
    }),
  );
  logger.info({ namespace, identity, externalUrl: config.externalUrl }, 'operator waits for the lease');

  await elector.run(
    {
      async onElected({ signal, lost }) {
        // Of a term of its own: the elector, which goes on, has a client without these limits.
        const limits = { until: lost, assertMayWrite: () => elector.assertHeld() };
        const ownClient = new KubernetesClient(kubeConfig, requests, limits);
        try {
          const cluster = new KubernetesCluster({
            client: ownClient,
            configNamespace,
            watchNamespaces,
            tokenSecrets,
            identity,
            logger,
            onHeard: (kind) => metrics.informerHeard(kind),
          });
          const pods = new KubernetesPodReports({ client: ownClient, namespace, serviceName, watchNamespaces, logger });
          const { externalUrl, docsUrl, mail, breaker, deletionTimeoutMs } = config;
          const parts = {
            cluster,
            home: 'kubernetes',
            pods,
            leadership: elector,
            mail,
            breaker,
            externalUrl,
            docsUrl,
            deletionTimeoutMs,
            metrics,
            logger,
          } as const;
          await runControlLoop(parts, signal);
        } finally {
          ownClient.close();
          metrics.termEnded();
        }
      },
    },
    stop,
  );
  logger.info('operator stops');
}

function clientMetrics(registry: Registry): { requested(method: string, code: string): void } {
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests to the API server by method and code',
    labelNames: ['code', 'method'],
    registers: [registry],
  });
  return { requested: (method, code) => requests.inc({ code, method }) };
}
