import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOnce, runCommand } from './build-once.ts';
import { haveKubernetes, KUBERNETES_VERSION, kubernetesFolder } from './kubernetes-binaries.ts';

/** The module that pins kube-apiserver and etcd. */
const MODULE = fileURLToPath(new URL('./kubernetes/', import.meta.url));

/**
 * Makes sure that kube-apiserver and etcd are there, building them once if need be.
 * @returns null when they are, else why they can't be had
 */
export async function ensureKubernetes(say: (line: string) => void): Promise<string | null> {
  if (haveKubernetes()) return null;
  if (process.env['KUBEBUILDER_ASSETS']) return `KUBEBUILDER_ASSETS names a folder without kube-apiserver and etcd: ${kubernetesFolder()}`;
  try {
    await runCommand('go', ['version']);
  } catch {
    return 'Go is not installed (1.26 or newer builds kube-apiserver and etcd), and KUBEBUILDER_ASSETS is not set';
  }
  say(`building kube-apiserver ${KUBERNETES_VERSION} and etcd, once; about 6 minutes on two cores …`);
  const started = Date.now();
  const ticking = setInterval(() => say(`  still building after ${Math.round((Date.now() - started) / 1000)} s …`), 60_000);
  try {
    await buildOnce(kubernetesFolder(), build);
  } catch (error) {
    return `the build of kube-apiserver and etcd failed: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    clearInterval(ticking);
  }
  say(`built in ${Math.round((Date.now() - started) / 1000)} s`);
  return null;
}

async function build(folder: string): Promise<void> {
  const [major, minor] = KUBERNETES_VERSION.split('.');
  // Without these, /version says v0.0.0-master.
  const version = { gitVersion: `v${KUBERNETES_VERSION}`, gitMajor: major, gitMinor: minor };
  const flags = Object.entries(version).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  await runCommand('go', ['build', '-trimpath', '-ldflags', `-s -w ${flags.join(' ')}`, '-o', `${folder}/`, 'tool'], { cwd: MODULE });
  // The etcd module calls its program `server`.
  await rename(join(folder, 'server'), join(folder, 'etcd'));
}
