import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a kubeconfig without credentials into the folder. @returns its path */
export async function writeKubeconfig(folder: string, server: string): Promise<string> {
  const path = join(folder, 'kubeconfig');
  const config = {
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: {} }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}
