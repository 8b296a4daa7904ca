import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';

export const KUBERNETES_VERSION = '1.37.2';
const ETCD_VERSION = '3.7.3';

/** Folder with `kube-apiserver` and `etcd`: KUBEBUILDER_ASSETS as envtest uses it, or our own build in the cache. */
export function kubernetesFolder(): string {
  return process.env['KUBEBUILDER_ASSETS'] || cacheFolder(`kubernetes-${KUBERNETES_VERSION}-etcd-${ETCD_VERSION}`);
}

export function haveKubernetes(): boolean {
  return ['kube-apiserver', 'etcd'].every((program) => existsSync(join(kubernetesFolder(), program)));
}
