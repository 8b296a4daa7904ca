import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { LogLevel } from '#common/logger.ts';
import { startApiServer, type ApiServer, type ApiServerOptions } from '../support/api-server.ts';
import { freePort } from '../support/free-port.ts';
import { startMongoServer, type MongoServer } from '../support/mongo-server.ts';
import { podEndpointSlice } from '../support/pod-endpoint-slice.ts';
import { startPodNetwork } from '../support/pod-network.ts';
import { startProgram, type Program } from '../support/program.ts';
import { createScimClient, type ScimClient } from '../support/scim-client.ts';
import { startSmtpSink, type SmtpSink } from '../support/smtp-sink.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { waitUntil } from '../support/wait-until.ts';

const APPLY = 'application/apply-patch+yaml';
const TOKEN = 'end-to-end-token-0123456789abcdef';

/** What a pod keeps when it is started again. */
interface PodPorts {
  readonly port: number;
  readonly adminPort: number;
  /** Where it finds MongoDB. */
  readonly mongoPort: number;
}

export interface ServicePod extends PodPorts, AsyncDisposable {
  readonly program: Program;
  clientOf(tenant: string, token?: string): ScimClient;
}

/** Everything that a small installation has, on real servers; the programs run as processes. */
export interface Cluster extends AsyncDisposable {
  readonly api: ApiServer;
  /** Between the programs and the API server; null unless asked for. */
  readonly apiWire: TcpProxy | null;
  readonly mongo: MongoServer;
  /** Between the service and MongoDB. */
  readonly mongoWire: TcpProxy;
  readonly smtp: SmtpSink;
  startOperator(name: string, env?: Readonly<Record<string, string>>): Promise<Program & { readonly adminPort: number }>;
  /** Starts a pod of the service, whose EndpointSlice the test writes in the endpoint controller's place. */
  startService(name: string, ports?: Partial<PodPorts>): Promise<ServicePod>;
  /** Starts a pod again that has an EndpointSlice, on its ports, and does not wait for it; nothing else needs to be up. */
  restartService(name: string, ports: PodPorts): ServicePod;
  /** Server-side apply, as `kubectl apply --server-side` does it. */
  apply(manifest: { readonly [key: string]: unknown }, manager?: string): Promise<void>;
  // oxlint-disable-next-line typescript/no-explicit-any -- a ScimTenant as the API server shows it
  tenant(key: string): Promise<any>;
  patchTenant(key: string, patch: object): Promise<void>;
}

const PATHS: Readonly<Record<string, (namespace: string) => string>> = {
  Namespace: () => '/api/v1/namespaces',
  Secret: (namespace) => `/api/v1/namespaces/${namespace}/secrets`,
  EndpointSlice: (namespace) => `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
  CustomResourceDefinition: () => '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  ScimTenant: (namespace) => `/apis/scim-operator.dev/v1alpha1/namespaces/${namespace}/scimtenants`,
};

export interface ClusterOptions {
  readonly logLevel?: LogLevel;
  readonly apiServer?: ApiServerOptions;
  /** The programs reach the API server by `apiWire`, which can be cut. */
  readonly hasApiWire?: boolean;
  /** Told each line of each program; `lines` of the programs keep the last ones only. */
  readonly onLine?: (program: string, line: string) => void;
}

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { logLevel = 'info', onLine } = options;
  const stack = new AsyncDisposableStack();
  const api = stack.use(await startApiServer(options.apiServer));
  const apiWire = options.hasApiWire ? stack.use(await startTcpProxy({ host: '127.0.0.1', port: api.port })) : null;
  const mongo = stack.use(await startMongoServer());
  const mongoWire = stack.use(await startTcpProxy(mongo));
  const smtp = stack.use(await startSmtpSink());
  const network = stack.use(await startPodNetwork());

  const apply: Cluster['apply'] = async (manifest, manager = 'kubectl') => {
    const { kind, metadata } = manifest as { kind: string; metadata: { name: string; namespace?: string } };
    const path = `${PATHS[kind]?.(metadata.namespace ?? '')}/${metadata.name}?fieldManager=${manager}&force=true`;
    const answer = await api.send({ method: 'PATCH', path, body: manifest, contentType: APPLY });
    if (answer.status > 299) throw new Error(`apply ${kind} ${metadata.name}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  const tenantPath = (key: string): string => {
    const [namespace, name] = key.split('/');
    return `${PATHS['ScimTenant']?.(namespace ?? '')}/${name}`;
  };

  await apply(parse(readFileSync(new URL('../../crds/scimtenants.yaml', import.meta.url), 'utf8')) as { kind: string });
  for (const name of ['scim-operator', 'scim-operator-config', 'team-hr'])
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'acme-scim-token', namespace: 'team-hr' },
    stringData: { token: TOKEN },
  });
  await waitUntil(
    async () => (await api.send({ method: 'GET', path: tenantPath('team-hr/none') })).body.message?.includes('"none" not found'),
    {
      what: 'the kind ScimTenant',
    },
  );
  const podNames = new Set<string>();
  const kubeconfig = apiWire ? await api.kubeconfigFor('admin', apiWire.port) : api.kubeconfig;
  const told = (name: string) => (onLine ? { onLine: (line: string) => onLine(name, line) } : {});
  const common = { KUBECONFIG: kubeconfig, EXTERNAL_URL: 'https://scim.example.com', LOG_LEVEL: logLevel };

  const runService = (name: string, ports: PodPorts): ServicePod => {
    const { port, adminPort, mongoPort } = ports;
    const program = stack.use(
      startProgram(
        'scim-service/main.ts',
        {
          ...common,
          POD_NAME: name,
          HOST: '127.0.0.1',
          PORT: `${port}`,
          ADMIN_HOST: '127.0.0.1',
          ADMIN_PORT: `${adminPort}`,
          MONGODB_URI: mongo.uriThrough(mongoPort),
        },
        told(name),
      ),
    );
    return {
      program,
      port,
      adminPort,
      mongoPort,
      clientOf: (tenant, token = TOKEN) => createScimClient(`http://127.0.0.1:${port}/${tenant}/scim/v2`, token),
      [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
    };
  };

  return {
    api,
    apiWire,
    mongo,
    mongoWire,
    smtp,
    apply,
    async startOperator(name, env = {}) {
      const adminPort = await freePort();
      const program = stack.use(
        startProgram(
          'operator/main.ts',
          {
            ...common,
            ...network.env,
            POD_NAME: name,
            POD_NAMESPACE: 'scim-operator',
            ADMIN_HOST: '127.0.0.1',
            ADMIN_PORT: `${adminPort}`,
            SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
            MAIL_FROM: 'scim@example.com',
            ...env,
          },
          told(name),
        ),
      );
      return Object.assign(program, { adminPort });
    },
    async startService(name, ports = {}) {
      const { port = await freePort(), adminPort = await freePort(), mongoPort = mongoWire.port } = ports;
      podNames.add(name);
      const pod = runService(name, { port, adminPort, mongoPort });
      await apply(podEndpointSlice(name, { adminPort, address: `192.0.2.${[...podNames].indexOf(name) + 1}` }));
      await waitUntil(async () => (await fetch(`http://127.0.0.1:${adminPort}/readyz`)).ok, { what: `${name} /readyz`, timeoutMs: 30_000 });
      return pod;
    },
    restartService: runService,
    async tenant(key) {
      return (await api.send({ method: 'GET', path: tenantPath(key) })).body;
    },
    async patchTenant(key, patch) {
      const answer = await api.send({
        method: 'PATCH',
        path: `${tenantPath(key)}?fieldManager=kubectl-patch`,
        body: patch,
        contentType: 'application/merge-patch+json',
      });
      if (answer.status !== 200) throw new Error(`patch ${key}: ${answer.status} ${JSON.stringify(answer.body)}`);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

interface NotifiedStatus {
  readonly notifications?: { readonly notices?: readonly { readonly id: string; readonly delivered?: readonly string[] }[] };
}

/** Whether the status knows that so many contacts have the mail of an open trip. */
export function isMailed({ notifications }: NotifiedStatus, trip: number, contacts: number): boolean {
  return notifications?.notices?.find(({ id }) => id === `trip-${trip}`)?.delivered?.length === contacts;
}

/** Value of a condition of a ScimTenant: `True`, `False` or undefined. */
// oxlint-disable-next-line typescript/no-explicit-any -- a ScimTenant as the API server shows it
export function condition(tenant: any, type: string): any {
  return tenant.status?.conditions?.find((entry: { type: string }) => entry.type === type);
}

/** Value of one series of a program's metrics; undefined when it is not there. */
export async function metric(adminPort: number, series: string): Promise<number | undefined> {
  const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
