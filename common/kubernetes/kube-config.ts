import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter } from 'node:path';
import type * as clientNode from '@kubernetes/client-node';
import type { ClusterAccess } from './cluster-access.ts';
import { plainKubeConfig } from './plain-kube-config.ts';
import { podAccess } from './pod-access.ts';

/**
 * Where the API server is and who we are there: the kubeconfig that is named, or else the service account of the pod.
 * @param kubeconfig value of KUBECONFIG: a path, or several with the system's delimiter between them; null for the pod's
 * @throws Error when neither is there, or a file can't be read
 */
export function loadKubeConfig(kubeconfig: string | null): ClusterAccess {
  if (kubeconfig === null) {
    const access = podAccess(process.env);
    if (access === null) throw new Error(NOWHERE);
    return access;
  }
  const [first = '', ...others] = kubeconfig.split(delimiter).filter((path) => path !== '');
  const access = (others.length === 0 ? readPlain(first) : null) ?? readAny(first, others);
  if (access.getCurrentCluster() === null) throw new Error('the kubeconfig has no current context, or it names no cluster');
  return access;
}

/** @returns null for a kubeconfig that is not plain, or not usable, of which the other reader says why */
function readPlain(path: string): ClusterAccess | null {
  try {
    return plainKubeConfig(readFileSync(path, 'utf8'), path);
  } catch {
    return null;
  }
}

/** Reads every kind there is, and costs the memory of client-node. */
function readAny(first: string, others: readonly string[]): clientNode.KubeConfig {
  const { KubeConfig } = createRequire(import.meta.url)('@kubernetes/client-node') as typeof clientNode;
  const config = new KubeConfig();
  loadFile(config, first);
  for (const path of others) {
    const other = new KubeConfig();
    loadFile(other, path);
    config.mergeConfig(other, true);
  }
  return config;
}

/** The parser's error is left out beyond its first line: it carries the whole text, credentials included, into the log. */
function loadFile(config: clientNode.KubeConfig, path: string): void {
  try {
    config.loadFromFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    // oxlint-disable-next-line eslint/preserve-caught-error -- see above
    throw new Error(`KUBECONFIG: ${JSON.stringify(path)} is not usable; write the path of a kubeconfig (${reason})`);
  }
}

const NOWHERE = 'no API server is known: set KUBECONFIG to the path of a kubeconfig, or run in a pod with a service account';

/** Namespace of the current context; in a pod it is the pod's own. */
export function currentNamespace(config: ClusterAccess): string {
  return config.getContextObject(config.getCurrentContext())?.namespace || 'default';
}
