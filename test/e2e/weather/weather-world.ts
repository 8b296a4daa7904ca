import { KubernetesClient } from '#common/kubernetes/client.ts';
import { DERIVED_SECRET_SELECTOR, readDerivedSecret } from '#common/kubernetes/derived-secret.ts';
import { loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import { resourcePath, SECRETS, type KubernetesObject, type ResourceType } from '#common/kubernetes/kubernetes-object.ts';
import { listObjects } from '#common/kubernetes/list-objects.ts';
import type { TenantConfig } from '#common/tenant-config.ts';
import { startApiServer, type ApiServer, type ApiServerOptions } from '#test/support/api-server.ts';
import { installKind } from '#test/support/install-kind.ts';
import { startApiWeather, type ApiWeather } from '#test/support/api-weather.ts';
import { freePort } from '#test/support/free-port.ts';
import { startProgram, type Program } from '#test/support/program.ts';
import { waitUntil } from '#test/support/wait-until.ts';
import { metric } from '../cluster.ts';

const SCIM_TENANTS: ResourceType = { group: 'scim-operator.dev', version: 'v1alpha1', plural: 'scimtenants' };
const CONFIG_NAMESPACE = 'scim-operator-config';
export const NAMESPACE = 'team-hr';
export const TOKEN_SECRET = 'shared-token';

/** Requests of a test at the same time. */
const LANES = 16;

/** The real operator behind a weather of its own. */
export interface WeatherOperator {
  readonly program: Program;
  readonly weather: ApiWeather;
  leads(): Promise<boolean>;
  /** Begins to count what the operator does. */
  begin(): Stretch;
}

/** What the operator has done since it began. */
interface Stretch {
  /** Where it began, for `ApiWeather.since`. */
  readonly mark: number;
  /** Lines of the log that warn or tell of an error. */
  complaints(): readonly string[];
  /** Lines of the log. */
  lines(): readonly string[];
}

/** A real API server with tenants in it; programs reach it through proxies, the test itself reaches it directly. */
export class WeatherWorld implements AsyncDisposable {
  readonly api: ApiServer;
  readonly admin: KubernetesClient;
  readonly #names: readonly string[];
  readonly #stack: AsyncDisposableStack;

  private constructor(api: ApiServer, admin: KubernetesClient, names: readonly string[], stack: AsyncDisposableStack) {
    this.api = api;
    this.admin = admin;
    this.#names = names;
    this.#stack = stack;
  }

  static async start(options: ApiServerOptions & { readonly tenants: number }): Promise<WeatherWorld> {
    await using stack = new AsyncDisposableStack();
    const api = stack.use(await startApiServer(options));
    const admin = stack.adopt(new KubernetesClient(loadKubeConfig(api.kubeconfig)), (client) => client.close());
    const names = Array.from({ length: options.tenants }, (_, index) => `tenant-${index}`);
    const world = new WeatherWorld(api, admin, names, stack.move());
    await world.#prepare();
    return world;
  }

  /** @param prepare called with the port of the way to the API server, before the program starts */
  async startOperator(
    name: string,
    env: Readonly<Record<string, string>> = {},
    prepare: (port: number) => Promise<void> = async () => {},
  ): Promise<WeatherOperator> {
    const weather = this.#stack.use(await startApiWeather(this.api));
    await prepare(weather.port);
    const adminPort = await freePort();
    const program = this.#stack.use(
      startProgram('operator/main.ts', {
        KUBECONFIG: await this.api.kubeconfigFor('admin', weather.port),
        EXTERNAL_URL: 'https://scim.example.com',
        ADMIN_HOST: '127.0.0.1',
        ADMIN_PORT: `${adminPort}`,
        POD_NAME: name,
        POD_NAMESPACE: 'default',
        ...env,
      }),
    );
    return {
      program,
      weather,
      leads: async () => (await metric(adminPort, 'leader_election_master_status{name="scimtenant"}')) === 1,
      begin() {
        const [mark, line] = [weather.requests.length, program.lines.length];
        const lines = (): readonly string[] => program.lines.slice(line);
        return { mark, lines, complaints: () => lines().filter((each) => /"level":"(warn|error|fatal)"/.test(each)) };
      },
    };
  }

  /** Changes every tenant, as kubectl does it. */
  async edit(displayName: string, names: readonly string[] = this.#names): Promise<void> {
    await inLanes(names, (name) =>
      this.admin.request({
        method: 'PATCH',
        path: resourcePath(SCIM_TENANTS, { namespace: NAMESPACE, name }),
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { spec: { displayName } },
      }),
    );
  }

  async createTenant(name: string): Promise<void> {
    await this.admin.request({
      method: 'POST',
      path: resourcePath(SCIM_TENANTS, { namespace: NAMESPACE }),
      body: {
        apiVersion: 'scim-operator.dev/v1alpha1',
        kind: 'ScimTenant',
        metadata: { name },
        spec: { tokenSecretRef: { name: TOKEN_SECRET }, preset: 'Minimal' },
      },
    });
  }

  async deleteTenant(name: string): Promise<void> {
    await this.admin.request({ method: 'DELETE', path: resourcePath(SCIM_TENANTS, { namespace: NAMESPACE, name }) });
  }

  /** Creates the Secret, or gives it other content. */
  async putToken(name: string, token: string): Promise<void> {
    await this.admin.request({
      method: 'PATCH',
      path: resourcePath(SECRETS, { namespace: NAMESPACE, name }),
      query: { fieldManager: 'kubectl', force: true },
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: { token } },
    });
  }

  /** Waits until what is wanted of every tenant is in force, and of none that has gone is anything left. */
  async untilInForce(timeoutMs = 60_000): Promise<void> {
    await waitUntil(async () => (await this.#behind()).length === 0, { what: 'everything in force', timeoutMs, intervalMs: 500 });
  }

  /** The configs that the operator has rendered, by the tenant's name. */
  async configs(): Promise<ReadonlyMap<string, TenantConfig>> {
    const selection = { resource: SECRETS, namespace: CONFIG_NAMESPACE, labelSelector: DERIVED_SECRET_SELECTOR };
    const configs = (await this.#list(selection)).map((secret) => readDerivedSecret(secret));
    return new Map(configs.map((config) => [config.name, config]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  /** Tenants of which the derived Secret or the status is not what their spec says. */
  async #behind(): Promise<readonly string[]> {
    const tenants = await this.#list({ resource: SCIM_TENANTS, namespace: NAMESPACE });
    const configs = new Map(await this.configs());
    const behind = tenants.filter(({ metadata, spec, status }) => {
      const wanted = spec as { readonly displayName?: string };
      const told = status as { readonly observedGeneration?: number } | undefined;
      const config = configs.get(metadata.name);
      configs.delete(metadata.name);
      const generation = metadata['generation'];
      const isRendered = config?.generation === generation && config?.displayName === (wanted.displayName ?? null);
      return !isRendered || told?.observedGeneration !== generation;
    });
    return [...behind.map(({ metadata }) => metadata.name), ...configs.keys()];
  }

  async #list(selection: Parameters<typeof listObjects>[1]): Promise<KubernetesObject[]> {
    const found: KubernetesObject[] = [];
    for await (const page of listObjects(this.admin, selection)) found.push(...page);
    return found;
  }

  async #prepare(): Promise<void> {
    await installKind(this.api, [CONFIG_NAMESPACE, NAMESPACE]);
    await this.putToken(TOKEN_SECRET, 'weather-proof-token-0123456789abcdef');
    await inLanes(this.#names, (name) => this.createTenant(name));
  }
}

/** Does it for all of them, some at a time. */
export async function inLanes<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  const left = items.values();
  const lane = async (): Promise<void> => {
    for (const item of left) await act(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
