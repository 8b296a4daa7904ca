import type { ApiServer } from '../support/api-server.ts';
import type { Applier } from '../support/apply-manifests.ts';
import { one, type Manifest } from '../support/chart.ts';
import { freePort } from '../support/free-port.ts';
import { startMongoServer } from '../support/mongo-server.ts';
import { startPodNetwork } from '../support/pod-network.ts';
import { startProgram, type Program } from '../support/program.ts';
import { createScimClient, type ScimClient } from '../support/scim-client.ts';
import { startSmtpSink, type SmtpSink } from '../support/smtp-sink.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Namespace of the release. */
export const NAMESPACE = 'scim-operator';
const LOCAL = '127.0.0.1';

/** One pod of each Deployment of the chart as a process, with the environment and the rights that the chart gives it. */
export interface ChartPods {
  readonly smtp: SmtpSink;
  /** Operator and SCIM service. */
  readonly programs: readonly Program[];
  clientOf(tenant: string, token: string): ScimClient;
}

/**
 * Starts the pods of a chart whose objects are on the API server, with a MongoDB and a mail server whose Secrets it writes.
 * @param parts.manifests the chart's objects as it renders them
 * @param parts.stack ends everything
 */
export async function startChartPods(parts: {
  readonly api: ApiServer;
  readonly applier: Applier;
  readonly manifests: readonly Manifest[];
  readonly stack: AsyncDisposableStack;
}): Promise<ChartPods> {
  const { api, applier, manifests, stack } = parts;
  const mongo = stack.use(await startMongoServer());
  const smtp = stack.use(await startSmtpSink());
  const network = stack.use(await startPodNetwork());
  await applier.applyAll([secret('scim-mongodb', 'uri', mongo.uri), secret('scim-smtp', 'url', `smtp://${LOCAL}:${smtp.port}`)]);

  /** Starts a pod of the Deployment; where it listens is all that differs from a cluster. */
  const start = async (name: string, ports: Readonly<Record<string, string>>): Promise<Program> => {
    const { spec } = one(manifests, 'Deployment', name)['spec'].template;
    const [container] = spec.containers;
    const env = {
      ...(await environmentOf(api, container.env, `${name}-0`)),
      ...network.env,
      ...ports,
      ADMIN_HOST: LOCAL,
      KUBECONFIG: await api.serviceAccountKubeconfig(NAMESPACE, spec.serviceAccountName),
    };
    const script = container.args.at(-1);
    const options = container.args.slice(0, -1);
    return stack.use(startProgram(script, { ...env, NODE_OPTIONS: options.join(' ') }));
  };
  const [port, adminPort] = [await freePort(), await freePort()];
  const service = await start('scim-service', { HOST: LOCAL, PORT: `${port}`, ADMIN_PORT: `${adminPort}` });
  await applier.applyAll([endpointSliceOf(one(manifests, 'Service', 'scim-service-reports'), adminPort)]);
  await waitUntil(async () => (await fetch(`http://${LOCAL}:${adminPort}/readyz`)).ok, { what: 'the service ready', timeoutMs: 30_000 });
  const operator = await start('scim-operator', { ADMIN_PORT: '0' });
  await operator.waitForLine(/became leader/);
  return {
    smtp,
    programs: [operator, service],
    clientOf: (tenant, token) => createScimClient(`http://${LOCAL}:${port}/${tenant}/scim/v2`, token),
  };
}

function secret(name: string, key: string, value: string): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: NAMESPACE }, stringData: { [key]: value } };
}

interface EnvironmentEntry {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name: string; readonly key: string };
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

/** What the kubelet makes of a container's `env`. */
async function environmentOf(api: ApiServer, entries: readonly EnvironmentEntry[], pod: string): Promise<Record<string, string>> {
  const fields: Readonly<Record<string, string>> = { 'metadata.name': pod, 'metadata.namespace': NAMESPACE };
  const environment: Record<string, string> = {};
  for (const { name, value, valueFrom } of entries) {
    const { secretKeyRef, fieldRef } = valueFrom ?? {};
    if (secretKeyRef) {
      const { body } = await api.send({ method: 'GET', path: `/api/v1/namespaces/${NAMESPACE}/secrets/${secretKeyRef.name}` });
      environment[name] = Buffer.from(body.data[secretKeyRef.key], 'base64').toString();
    } else environment[name] = fieldRef ? (fields[fieldRef.fieldPath] ?? '') : (value ?? '');
  }
  return environment;
}

/** What the controllers of a cluster write for a headless Service with one pod. */
function endpointSliceOf({ metadata, spec }: Manifest, port: number): Manifest {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${metadata.name}-1`, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': metadata.name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['192.0.2.10'], conditions: { ready: true } }],
    ports: [{ name: spec.ports[0].name, port, protocol: 'TCP' }],
  };
}
