import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesAnswer } from '../../support/kubernetes-request.ts';
import { clientSideApply, serverSideApply, type Manifest } from '../../support/reverting-tools.ts';
import { keyOf, manifestOf, type TenantIntent, type Writer } from '../model/tenant-intent.ts';
import type { Kube } from './kube.ts';

interface Published {
  readonly writer: Writer;
  manifest: Manifest;
  /** One apply at a time, so that an older manifest never comes after a newer one. */
  last: Promise<unknown>;
}

/** How often the tools apply again what is in the repository. */
const INTERVAL_MS = 3_000;

/** Writes manifests: a person's once, and a tool's every few seconds. */
export class GitOps {
  readonly #kube: Kube;
  readonly #repository = new Map<string, Published>();
  /** How often a tool has applied something again. */
  applied = 0;

  constructor(kube: Kube) {
    this.#kube = kube;
  }

  /** Applies what is wanted; resolves once the API server has taken it. @returns the uid of the ScimTenant */
  async publish(intent: TenantIntent): Promise<string> {
    const { metadata, spec } = manifestOf(intent);
    // With the uid a late apply can't bring back a tenant that has gone.
    const manifest = { metadata: { ...metadata, ...(intent.uid !== null && { uid: intent.uid }) }, spec };
    const published = this.#repository.get(keyOf(intent)) ?? { writer: intent.writer, manifest, last: Promise.resolve() };
    published.manifest = manifest;
    const answer = await this.#inTurn(published, () => this.#kube.persist(`apply of ${keyOf(intent)}`, () => this.#apply(published)));
    const { uid } = answer.body.metadata as { uid: string };
    published.manifest = { ...manifest, metadata: { ...metadata, uid } as Manifest['metadata'] };
    if (intent.writer !== 'person') this.#repository.set(keyOf(intent), published);
    return uid;
  }

  /** Nothing is applied for this tenant any more once this resolves. */
  async withdraw(intent: TenantIntent): Promise<void> {
    const published = this.#repository.get(keyOf(intent));
    this.#repository.delete(keyOf(intent));
    await published?.last;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const published of this.#repository.values()) {
        // A tool that fails comes again.
        await this.#inTurn(published, () => this.#apply(published)).catch(() => undefined);
        this.applied += 1;
      }
      await sleep(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  #inTurn<T>(published: Published, act: () => Promise<T>): Promise<T> {
    const turn = published.last.then(act);
    published.last = turn.catch(() => undefined);
    return turn;
  }

  #apply({ writer, manifest }: Published): Promise<KubernetesAnswer> {
    const { send } = this.#kube;
    switch (writer) {
      case 'argocd':
        return clientSideApply(send, manifest, 'argocd-controller');
      case 'argocd-server-side':
        return serverSideApply(send, manifest, { manager: 'argocd-controller', force: true });
      case 'flux':
        return serverSideApply(send, manifest, { manager: 'kustomize-controller', force: true });
      case 'kubectl-apply':
        return clientSideApply(send, manifest);
      case 'person':
        return serverSideApply(send, manifest, { manager: 'kubectl', force: false });
    }
  }
}
