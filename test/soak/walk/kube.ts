import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesAnswer, KubernetesRequest } from '../../support/kubernetes-request.ts';
import { tenantPath, type Manifest } from '../../support/reverting-tools.ts';
import { tokenSecretName, type TenantIntent } from '../model/tenant-intent.ts';

type Send = (request: KubernetesRequest) => Promise<KubernetesAnswer>;

/** A fault may take a minute with its aftermath; whoever waits longer has found something. */
const PATIENCE_MS = 180_000;
const PAUSE_MS = 500;

/** What somebody was to see in time and did not. */
class NotSeenError extends Error {
  override readonly name = 'NotSeenError';
}

/** The cluster as people use it: a command that fails is entered again. */
export class Kube {
  readonly send: Send;

  constructor(send: Send) {
    this.send = send;
  }

  /**
   * Until it is answered with one of the statuses. The write has to be one that can be repeated.
   * @throws NotSeenError after 3 minutes
   */
  async persist(what: string, write: () => Promise<KubernetesAnswer>, statuses: readonly number[] = [200, 201]): Promise<KubernetesAnswer> {
    return this.until(what, async () => {
      const answer = await write();
      if (statuses.includes(answer.status)) return answer;
      throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    });
  }

  /** Until the probe gives a value. @throws NotSeenError after 3 minutes */
  async until<T>(what: string, probe: () => Promise<T | null>): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    let last = 'nothing';
    for (;;) {
      try {
        const value = await probe();
        if (value !== null) return value;
      } catch (error) {
        last = error instanceof Error ? error.message : String(error);
      }
      if (Date.now() > deadline) throw new NotSeenError(`${what}: not in ${PATIENCE_MS / 1_000} s; last: ${last.slice(0, 500)}`);
      await sleep(PAUSE_MS);
    }
  }

  /** Null when there is none. @throws while the API server does not answer */
  // oxlint-disable-next-line typescript/no-explicit-any -- a ScimTenant as the API server shows it
  async tenant(intent: Manifest['metadata']): Promise<any> {
    const answer = await this.send({ method: 'GET', path: tenantPath(intent) });
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw new Error(`${answer.status}`);
    return answer.body;
  }

  async patchTenant(intent: Manifest['metadata'], body: object, manager: string): Promise<void> {
    await this.persist(`${manager} of ${intent.name}`, () => this.#merge(`${tenantPath(intent)}?fieldManager=${manager}`, body));
  }

  /** Of its Secret; null when there is none. */
  async token(intent: TenantIntent): Promise<string | null> {
    const answer = await this.send({ method: 'GET', path: secretPath(intent) });
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw new Error(`${answer.status}`);
    return Buffer.from(answer.body.data.token, 'base64').toString();
  }

  async writeToken(intent: TenantIntent, token: string): Promise<void> {
    const { namespace } = intent;
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: tokenSecretName(intent), namespace }, stringData: { token } };
    const path = `${secretPath(intent)}?fieldManager=kubectl&force=true`;
    await this.persist('token', () => this.send({ method: 'PATCH', path, body, contentType: 'application/apply-patch+yaml' }));
  }

  async removeToken(intent: TenantIntent): Promise<void> {
    await this.persist('token removed', () => this.send({ method: 'DELETE', path: secretPath(intent) }), [200, 404]);
  }

  async patchDerived({ namespace, name }: TenantIntent, body: object | null): Promise<void> {
    const path = `/api/v1/namespaces/scim-operator-config/secrets/${namespace}.${name}`;
    const write = (): Promise<KubernetesAnswer> => (body === null ? this.send({ method: 'DELETE', path }) : this.#merge(path, body));
    await this.persist('derived Secret tampered with', write, [200, 404]);
  }

  #merge(path: string, body: object): Promise<KubernetesAnswer> {
    return this.send({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
  }
}

function secretPath(intent: Pick<TenantIntent, 'namespace' | 'name'>): string {
  return `/api/v1/namespaces/${intent.namespace}/secrets/${tokenSecretName(intent)}`;
}
