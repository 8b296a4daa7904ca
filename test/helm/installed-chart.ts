import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { aNamespace, createApplier, type Applier } from '../support/apply-manifests.ts';
import { one, renderChart, type Manifest } from '../support/chart.ts';
import { freePort } from '../support/free-port.ts';
import { startMongoServer } from '../support/mongo-server.ts';
import { startPodNetwork } from '../support/pod-network.ts';
import { startProgram, type Program } from '../support/program.ts';
import { createScimClient, type ScimClient } from '../support/scim-client.ts';
import { startSmtpSink, type SmtpSink } from '../support/smtp-sink.ts';
import { waitUntil } from '../support/wait-until.ts';

/** One line of the API server's audit log. */
interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly responseStatus?: { readonly code: number };
}

/** The chart on a real API server; one pod of each Deployment runs as a process, with the environment and the rights that the chart gives it. */
export interface InstalledChart extends AsyncDisposable {
  readonly api: ApiServer;
  readonly applier: Applier;
  readonly smtp: SmtpSink;
  readonly programs: readonly Program[];
  clientOf(tenant: string, token: string): ScimClient;
  /** What the two programs have asked the API server for. */
  asked(): Promise<readonly AuditEvent[]>;
}

const NAMESPACE = 'scim-operator';
const LOCAL = '127.0.0.1';

export async function installChart(args: readonly string[]): Promise<InstalledChart> {
  const stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'scim-chart-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const [policy, log] = [join(folder, 'audit-policy.json'), join(folder, 'audit.log')];
  await writeFile(policy, JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'Metadata' }] }));
  const api = stack.use(await startApiServer({ flags: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`] }));
  const mongo = stack.use(await startMongoServer());
  const smtp = stack.use(await startSmtpSink());
  const network = stack.use(await startPodNetwork());
  const applier = createApplier(api);
  const manifests = await renderChart(args);
  await applier.applyAll([NAMESPACE, `${NAMESPACE}-config`, 'team-hr'].map((name) => aNamespace(name)));
  await applier.applyAll([
    ...manifests,
    secret('scim-mongodb', 'uri', mongo.uri),
    secret('scim-smtp', 'url', `smtp://${LOCAL}:${smtp.port}`),
  ]);

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
    return stack.use(startProgram(container.args[0], env));
  };
  const [port, adminPort] = [await freePort(), await freePort()];
  const service = await start('scim-service', { HOST: LOCAL, PORT: `${port}`, ADMIN_PORT: `${adminPort}` });
  await applier.applyAll([endpointSliceOf(one(manifests, 'Service', 'scim-service-reports'), adminPort)]);
  await waitUntil(async () => (await fetch(`http://${LOCAL}:${adminPort}/readyz`)).ok, { what: 'the service ready', timeoutMs: 30_000 });
  const operator = await start('scim-operator', { ADMIN_PORT: '0' });
  await operator.waitForLine(/became leader/);

  return {
    api,
    applier,
    smtp,
    programs: [operator, service],
    clientOf: (tenant, token) => createScimClient(`http://${LOCAL}:${port}/${tenant}/scim/v2`, token),
    async asked() {
      const lines = (await readFile(log, 'utf8')).trim().split('\n');
      const events = lines.map((line) => JSON.parse(line) as AuditEvent);
      return events.filter(({ user }) => user.username.startsWith(`system:serviceaccount:${NAMESPACE}:`));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
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
