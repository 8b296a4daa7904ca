import type { KubernetesClient } from '#common/kubernetes/client.ts';
import { isNotFound } from '#common/kubernetes/kubernetes-api-error.ts';
import { resourcePath } from '#common/kubernetes/kubernetes-object.ts';
import { LEASES, parseLease, type Lease } from './lease.ts';

/** A single request of ours; a slow server is asked again before the deadline. */
const REQUEST_TIMEOUT_MS = 5_000;

export interface LeaseStoreParts {
  readonly client: KubernetesClient;
  readonly namespace: string;
  /** Name of the Lease. */
  readonly name: string;
}

/** One Lease at the API server. Everything throws as KubernetesClient.request does, when the server is silent for 5 s, too. */
export class LeaseStore {
  readonly #parts: LeaseStoreParts;

  constructor(parts: LeaseStoreParts) {
    this.#parts = parts;
  }

  async read(signal: AbortSignal): Promise<Lease | null> {
    try {
      return await this.#send('GET', undefined, signal);
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  /** A conflict when there is one already. */
  create(lease: object, signal: AbortSignal): Promise<Lease> {
    return this.#send('POST', lease, signal);
  }

  /** A conflict when it is no longer of the version that was read. */
  update(lease: Lease, signal?: AbortSignal): Promise<Lease> {
    return this.#send('PUT', lease, signal);
  }

  async #send(method: 'GET' | 'POST' | 'PUT', body?: object, signal?: AbortSignal): Promise<Lease> {
    const { client, namespace, name } = this.#parts;
    const path = resourcePath(LEASES, method === 'POST' ? { namespace } : { namespace, name });
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    return parseLease(await client.request({ method, path, body, signal: signal ? AbortSignal.any([signal, timeout]) : timeout }));
  }
}
