import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { kubernetesFolder } from '#test/servers/kubernetes-binaries.ts';
import { spawnServer, type ChildServer } from './child-server.ts';
import { freePort } from './free-port.ts';
import { sendToApiServer, type KubernetesAnswer, type KubernetesRequest } from './kubernetes-request.ts';
import { waitUntil } from './wait-until.ts';

export interface ApiServerOptions {
  /** Further flags of kube-apiserver, for faults: `--etcd-compaction-interval=10s`, `--min-request-timeout=10`. */
  readonly flags?: readonly string[];
  /** Users beside the admin who may be asked for by `kubeconfigFor`; their rights come from RBAC objects. */
  readonly users?: readonly { readonly name: string; readonly groups?: readonly string[] }[];
}

export interface ApiServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** PEM files of the certificate that it shows, for a proxy in front of it. */
  readonly tls: { readonly cert: string; readonly key: string };
  /** Path of a kubeconfig of the admin (`system:masters`). */
  readonly kubeconfig: string;
  /** Path of a kubeconfig of one of `users`; with `port`, it goes through that local port. */
  kubeconfigFor(user: string, port?: number): Promise<string>;
  /** Path of a kubeconfig of a ServiceAccount that exists, with a token as the kubelet asks for it. */
  serviceAccountKubeconfig(namespace: string, name: string): Promise<string>;
  /** Sends one request as the admin. */
  send(request: KubernetesRequest): Promise<KubernetesAnswer>;
  /** kill -9 of kube-apiserver alone. */
  kill(): Promise<void>;
  /** Starts kube-apiserver again on the same port and data. */
  start(): Promise<void>;
  stopEtcd(): Promise<void>;
  startEtcd(): Promise<void>;
  /** Of the processes as they run now, for signals such as SIGSTOP. */
  pids(): { readonly apiServer: number; readonly etcd: number };
}

const ADMIN = 'admin';

/** A real kube-apiserver with its own etcd on free ports; nothing of it is left when it is disposed of. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'scim-kube-'));
  const [port, etcdPort] = [await freePort(), await freePort()];
  const url = `https://127.0.0.1:${port}`;
  const tokens = new Map([[ADMIN, randomUUID()], ...(options.users ?? []).map(({ name }) => [name, randomUUID()] as const)]);
  const path = (name: string): string => join(folder, name);
  await writeCredentials(path, tokens, options.users ?? []);
  let etcd: ChildServer | null = null;
  let api: ChildServer | null = null;

  const writeKubeconfig = async (user: string, throughPort: number): Promise<string> => {
    const token = tokens.get(user);
    if (!token) throw new Error(`no user ${user}; name it in the options of startApiServer`);
    const file = path(`${user.replaceAll(/[^a-z0-9-]/gi, '_')}-${throughPort}.kubeconfig`);
    await writeFile(file, kubeconfigText(`https://127.0.0.1:${throughPort}`, token), { mode: 0o600 });
    return file;
  };

  const adminSends = (request: KubernetesRequest): Promise<KubernetesAnswer> => sendToApiServer(url, tokens.get(ADMIN) ?? '', request);

  const server: ApiServer = {
    url,
    port,
    tls: { cert: path('certificates/apiserver.crt'), key: path('certificates/apiserver.key') },
    kubeconfig: await writeKubeconfig(ADMIN, port),
    kubeconfigFor: (user, throughPort = port) => writeKubeconfig(user, throughPort),
    async serviceAccountKubeconfig(namespace, name) {
      const { status, body } = await adminSends({
        method: 'POST',
        path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } },
      });
      if (status !== 201) throw new Error(`token of ${namespace}/${name}: ${status} ${JSON.stringify(body)}`);
      const file = path(`service-account-${namespace}-${name}.kubeconfig`);
      await writeFile(file, kubeconfigText(url, body.status.token), { mode: 0o600 });
      return file;
    },
    send: adminSends,
    async kill() {
      await api?.kill('SIGKILL');
    },
    async start() {
      api = await spawnServer(join(kubernetesFolder(), 'kube-apiserver'), apiServerFlags(port, etcdPort, path, options.flags ?? []));
      await waitUntil(() => answersReady(url, tokens.get(ADMIN) ?? '', api), {
        what: 'kube-apiserver /readyz',
        timeoutMs: 90_000,
        intervalMs: 100,
      });
    },
    async stopEtcd() {
      await etcd?.kill('SIGKILL');
    },
    async startEtcd() {
      etcd = await spawnServer(join(kubernetesFolder(), 'etcd'), etcdFlags(etcdPort, path('etcd')));
    },
    pids: () => ({ apiServer: api?.pid ?? 0, etcd: etcd?.pid ?? 0 }),
    async [Symbol.asyncDispose]() {
      await api?.kill('SIGKILL');
      await etcd?.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
  await server.startEtcd();
  await server.start();
  return server;
}

async function writeCredentials(
  path: (name: string) => string,
  tokens: ReadonlyMap<string, string>,
  users: readonly { readonly name: string; readonly groups?: readonly string[] }[],
): Promise<void> {
  const rows = [...tokens].map(([name, token]) => {
    const groups = name === ADMIN ? ['system:masters'] : (users.find((user) => user.name === name)?.groups ?? []);
    return [token, name, name, `"${groups.join(',')}"`].join(',');
  });
  await writeFile(path('tokens.csv'), `${rows.join('\n')}\n`, { mode: 0o600 });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(path('service-account.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
}

function etcdFlags(port: number, dataFolder: string): string[] {
  const client = `http://127.0.0.1:${port}`;
  return [
    `--data-dir=${dataFolder}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    '--listen-peer-urls=http://127.0.0.1:0',
    '--initial-advertise-peer-urls=http://127.0.0.1:0',
    '--initial-cluster=default=http://127.0.0.1:0',
    '--unsafe-no-fsync',
  ];
}

function apiServerFlags(port: number, etcdPort: number, path: (name: string) => string, flags: readonly string[]): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--cert-dir=${path('certificates')}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--authorization-mode=RBAC',
    '--disable-admission-plugins=ServiceAccount',
    `--service-account-issuer=https://127.0.0.1:${port}/`,
    `--service-account-key-file=${path('service-account.key')}`,
    `--service-account-signing-key-file=${path('service-account.key')}`,
    `--token-auth-file=${path('tokens.csv')}`,
    ...flags,
  ];
}

function kubeconfigText(server: string, token: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'default' } }],
    'current-context': 'test',
  });
}

async function answersReady(url: string, token: string, api: ChildServer | null): Promise<boolean> {
  if (api && !api.running()) throw new Error(`kube-apiserver ended: ${api.output()}`);
  return (await sendToApiServer(url, token, { method: 'GET', path: '/readyz' })).status === 200;
}
