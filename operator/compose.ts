import { randomBytes } from 'node:crypto';
import { Counter, Registry } from 'prom-client';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import { currentNamespace, loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import type { Logger } from '#common/logger.ts';
import { startProbeServer } from '#common/probe-server.ts';
import type { MailConfig, OperatorConfig } from './config.ts';
import { createController } from './controller/controller.ts';
import { createOperatorMetrics } from './controller/operator-metrics.ts';
import type { Mailer } from './controller/ports.ts';
import { KubernetesCluster } from './kube/kubernetes-cluster.ts';
import { KubernetesPodReports } from './kube/kubernetes-pod-reports.ts';
import { LeaseElector } from './kube/lease-elector.ts';
import { createLogMailer, createSmtpMailer } from './notify/mailer.ts';
import { createNotifier } from './notify/outbox.ts';
import { KeyedQueue } from './queue/keyed-queue.ts';

/** Name of the Lease, one for each namespace that operators run in. */
const LEASE_NAME = 'scim-operator';

/** A bearer token of 256 random bits, safe in a header and in YAML. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

export function createMailer(mail: MailConfig, logger: Logger): Mailer {
  return mail.smtpUrl === null ? createLogMailer({ logger, from: mail.from }) : createSmtpMailer({ url: mail.smtpUrl, from: mail.from });
}

/** Builds every adapter of the operator and runs it until the signal aborts; resolves once all is stopped. */
export async function runOperator(config: OperatorConfig, logger: Logger, stop: AbortSignal): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const { configNamespace, watchNamespaces, serviceName, identity, kubeconfig } = config.kubernetes;

  const registry = new Registry();
  const metrics = createOperatorMetrics(registry);
  const kubeConfig = loadKubeConfig(kubeconfig);
  const namespace = config.kubernetes.namespace ?? currentNamespace(kubeConfig);
  const client = stack.adopt(new KubernetesClient(kubeConfig, clientMetrics(registry)), (open) => open.close());
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
      async onElected(signal) {
        const queue = new KeyedQueue({ metrics: metrics.queue });
        const cluster = new KubernetesCluster({
          client,
          configNamespace,
          watchNamespaces,
          identity,
          logger,
          onHeard: (kind) => metrics.informerHeard(kind),
        });
        await using notifier = createNotifier({
          mailer: createMailer(config.mail, logger),
          from: config.mail.from,
          home: 'kubernetes',
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
          pods: new KubernetesPodReports({ client, namespace, serviceName, logger }),
          notifier,
          leadership: elector,
          clock: Date.now,
          newToken,
          queue,
          metrics,
          logger,
          settings: { externalUrl: config.externalUrl },
        });
        await controller.run(signal);
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
