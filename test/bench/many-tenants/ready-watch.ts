import type { KubernetesClient } from '#common/kubernetes/client.ts';
import { Reflector } from '#common/kubernetes/reflector.ts';
import type { KubernetesObject } from '#common/kubernetes/kubernetes-object.ts';
import { createLogger } from '#common/logger.ts';
import { SCIM_TENANTS } from '#operator/kube/parse-scim-tenant.ts';

interface Conditions {
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly observedGeneration: number }[];
}

/** Follows which tenants are ready: the condition is True and of the generation that the tenant has. */
export class ReadyWatch implements AsyncDisposable {
  readonly #ready = new Set<string>();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #synced: Promise<void>;

  constructor(client: KubernetesClient) {
    const tenants = new Reflector<boolean>({
      client,
      resource: SCIM_TENANTS,
      namespaces: null,
      transform: isReady,
      logger: createLogger({ program: 'bench', level: 'warn' }),
    });
    tenants.onEvent(({ type, key, object }) => {
      if (type !== 'Deleted' && object) this.#ready.add(key);
      else this.#ready.delete(key);
    });
    this.#synced = tenants.synced();
    this.#running = tenants.run(this.#stop.signal);
  }

  static async start(client: KubernetesClient): Promise<ReadyWatch> {
    const watch = new ReadyWatch(client);
    await watch.#synced;
    return watch;
  }

  count(): number {
    return this.#ready.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}

function isReady({ metadata, status }: KubernetesObject): boolean {
  const ready = (status as Conditions | undefined)?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === metadata['generation'];
}
