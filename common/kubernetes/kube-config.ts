import { delimiter } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';

/**
 * Where the API server is and who we are there: the kubeconfig that is named, or else the service account of the pod.
 * @param kubeconfig value of KUBECONFIG: a path, or several with the system's delimiter between them; null for the pod's
 * @throws Error when neither is there, or a file can't be read
 */
export function loadKubeConfig(kubeconfig: string | null): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig === null) {
    config.loadFromCluster();
    if (!URL.canParse(config.getCurrentCluster()?.server ?? '') || config.getCurrentContext() === '') throw new Error(NOWHERE);
  } else {
    const [first = '', ...others] = kubeconfig.split(delimiter).filter((path) => path !== '');
    loadFile(config, first);
    for (const path of others) {
      const other = new KubeConfig();
      loadFile(other, path);
      config.mergeConfig(other, true);
    }
  }
  if (config.getCurrentCluster() === null) throw new Error('the kubeconfig has no current context, or it names no cluster');
  return config;
}

/** The parser's error is left out beyond its first line: it carries the whole text, credentials included, into the log. */
function loadFile(config: KubeConfig, path: string): void {
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
export function currentNamespace(config: KubeConfig): string {
  return config.getContextObject(config.getCurrentContext())?.namespace || 'default';
}
