import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import { loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import { podReportSchema, type PodReport } from '#common/pod-report.ts';
import { startApiServer } from '../../support/api-server.ts';
import { aNamespace, createApplier } from '../../support/apply-manifests.ts';
import type { Manifest } from '../../support/chart.ts';
import { freePort } from '../../support/free-port.ts';
import { startMongoServer } from '../../support/mongo-server.ts';
import { podEndpointSlice } from '../../support/pod-endpoint-slice.ts';
import { startPodNetwork } from '../../support/pod-network.ts';
import { startProgram, type Program } from '../../support/program.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { generations } from './kube-store.ts';
import { usageOf } from './process-usage.ts';
import { ServedLog } from './served-log.ts';

const CRD = new URL('../../../crds/scimtenants.yaml', import.meta.url);

/** One of our programs, by its name in the tables. */
export interface Running {
  readonly name: string;
  readonly program: Program;
  readonly adminPort: number;
}

export interface Pod extends Running {
  readonly served: ServedLog;
  isReady(): Promise<boolean>;
  /** All that it serves. */
  report(): Promise<PodReport>;
}

/** An API server with the resource's definition, a MongoDB-compatible server, and the two programs as processes. */
export interface Installation extends AsyncDisposable {
  readonly client: KubernetesClient;
  /** Seconds of processor time that the API server and etcd have taken together. */
  apiServerCpu(): Promise<number>;
  startOperator(): Promise<Running>;
  /** @param options.inService whether the operator hears of it; a pod that starts is not in service yet */
  startPod(name: string, options: { readonly inService: boolean }): Promise<Pod>;
}

export interface InstallationOptions {
  /** Folder in which each process leaves a .cpuprofile when it stops; null for none. */
  readonly profiles: string | null;
  /** Options of Node for the two programs. */
  readonly nodeOptions: string;
  /** The most that Node keeps of objects that live long, in MiB; null lets it decide. */
  readonly heap: { readonly operator: number; readonly pod: number } | null;
}

export async function startInstallation({ profiles, nodeOptions, heap }: InstallationOptions): Promise<Installation> {
  const stack = new AsyncDisposableStack();
  const api = stack.use(await startApiServer());
  const mongo = stack.use(await startMongoServer());
  const network = stack.use(await startPodNetwork());
  const client = stack.adopt(new KubernetesClient(loadKubeConfig(api.kubeconfig)), (open) => open.close());
  const applier = createApplier(api);
  const definition = parse(readFileSync(CRD, 'utf8')) as Manifest;
  await applier.applyAll([definition, aNamespace('scim-operator'), aNamespace('scim-operator-config')]);
  await waitUntil(() => generations(client), { what: 'the kind ScimTenant' });
  const common = { KUBECONFIG: api.kubeconfig, EXTERNAL_URL: 'https://scim.example.com', ADMIN_HOST: '127.0.0.1' };
  let pods = 0;
  let programs = 0;

  const start = (script: string, name: string, heapMiB: number | undefined, env: Record<string, string>): Program => {
    programs += 1;
    const limit = heapMiB === undefined ? '' : ` --max-old-space-size=${heapMiB}`;
    const profiling = profiles === null ? '' : ` --cpu-prof --cpu-prof-dir=${profiles} --cpu-prof-name=${programs}-${name}.cpuprofile`;
    return stack.use(startProgram(script, { ...common, POD_NAME: name, NODE_OPTIONS: nodeOptions + limit + profiling, ...env }));
  };

  return {
    client,
    async apiServerCpu() {
      const usages = await Promise.all(Object.values(api.pids()).map(usageOf));
      return usages.reduce((sum, { cpu }) => sum + cpu, 0);
    },
    async startOperator() {
      const adminPort = await freePort();
      const env = { ...network.env, ADMIN_PORT: `${adminPort}`, POD_NAMESPACE: 'scim-operator' };
      return { name: 'operator', program: start('operator/main.ts', 'operator', heap?.operator, env), adminPort };
    },
    async startPod(name, { inService }) {
      const [port, adminPort] = [await freePort(), await freePort()];
      const env = { HOST: '127.0.0.1', PORT: `${port}`, ADMIN_PORT: `${adminPort}`, MONGODB_URI: mongo.uri };
      const program = start('scim-service/main.ts', name, heap?.pod, env);
      pods += 1;
      if (inService) await applier.applyAll([podEndpointSlice(name, { adminPort, address: `192.0.2.${pods}` })]);
      return {
        name,
        program,
        adminPort,
        served: new ServedLog(program.lines),
        isReady: () =>
          fetch(`http://127.0.0.1:${adminPort}/readyz`).then(
            ({ ok }) => ok,
            () => false,
          ),
        async report() {
          return podReportSchema.parse(await (await fetch(`http://127.0.0.1:${adminPort}/internal/v1/report`)).json());
        },
      };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
