import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { PlainAccess } from './cluster-access.ts';

/** Where the kubelet puts what a pod's service account has. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Access with the service account of this pod.
 * @param environment that the kubelet gave the pod
 * @returns null outside of a pod
 */
export function podAccess(environment: Readonly<Record<string, string | undefined>>, folder = SERVICE_ACCOUNT): PlainAccess | null {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  const server = `https://${host && isIPv6(host) ? `[${host}]` : host}:${port}`;
  if (!host || !port || !URL.canParse(server)) return null;
  const name = 'pod';
  const namespace = namespaceIn(folder);
  return new PlainAccess({
    cluster: { name, server, caFile: join(folder, 'ca.crt'), skipTLSVerify: false },
    user: { name, authProvider: { name: 'tokenFile', config: { tokenFile: join(folder, 'token') } } },
    context: { name, cluster: name, user: name, ...(namespace !== null && { namespace }) },
  });
}

function namespaceIn(folder: string): string | null {
  try {
    return readFileSync(join(folder, 'namespace'), 'utf8').trim();
  } catch {
    // A token without it is one that somebody else mounted; the settings name the namespace then.
    return null;
  }
}
