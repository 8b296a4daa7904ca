import { resolve } from 'node:path';
import { readStandaloneConfig } from '#standalone/config.ts';
import { readTenantFiles } from './tenant-files.ts';
import type { TenantSource } from './tenant-source.ts';
import type { Terminal } from './terminal.ts';

/**
 * The source that the command line or the environment names; see WHERE in help.ts. A folder that somebody set goes before
 * the pod's cluster, which is always there in a pod.
 * @throws CliError, EnvironmentError, or the error of a kubeconfig that can't be read
 */
export async function openTenantSource(file: string | undefined, terminal: Terminal): Promise<TenantSource> {
  const { environment, folder } = terminal;
  if (file !== undefined) return readTenantFiles({ path: resolve(folder, file), place: file, terminal });
  if (environment['KUBECONFIG']) return openCluster(environment['KUBECONFIG']);
  if (!environment['TENANTS_DIR'] && environment['KUBERNETES_SERVICE_HOST']) return openCluster(null);
  const { tenantsDir } = readStandaloneConfig(environment);
  // Relative to the working directory, as standalone mode reads it.
  return readTenantFiles({ path: resolve(tenantsDir), place: tenantsDir, terminal });
}

async function openCluster(kubeconfig: string | null): Promise<TenantSource> {
  // Loaded when it is needed: it takes a third of a second.
  const { openTenantCluster } = await import('./tenant-cluster.ts');
  return openTenantCluster(kubeconfig);
}
