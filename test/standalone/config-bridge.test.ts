import { describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { tenantKeyOf } from '#common/tenant-config.ts';
import { createConfigBridge } from '#standalone/config-bridge.ts';
import { DirectoryCluster } from '#standalone/directory-cluster/directory-cluster.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';

describe('createConfigBridge', () => {
  test('brings what was there, then each change, until the signal', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scim-bridge-'));
    const open = (): Promise<DirectoryCluster> => DirectoryCluster.open({ folder, logger: pino({ level: 'silent' }) });
    const acme = aTenantConfig();
    const other = aTenantConfig({ name: 'other' });
    await (await open()).applyDerivedConfig(acme);

    const cluster = await open();
    const seen: string[] = [];
    const stop = new AbortController();
    const running = createConfigBridge(cluster).run(
      {
        set: (config) => seen.push(`set ${tenantKeyOf(config)} ${config.generation}`),
        refuse: (key) => seen.push(`refuse ${key}`),
        delete: (key) => seen.push(`delete ${key}`),
        synced: () => seen.push('synced'),
      },
      stop.signal,
    );
    await cluster.applyDerivedConfig(other);
    await cluster.applyDerivedConfig(other);
    await cluster.applyDerivedConfig({ ...acme, generation: 2 });
    await cluster.deleteDerivedConfig('team-hr/other');
    await cluster.deleteDerivedConfig('team-hr/other');
    stop.abort();
    await running;
    await cluster.applyDerivedConfig({ ...acme, generation: 3 });
    expect(seen).toEqual(['set team-hr/acme 1', 'synced', 'set team-hr/other 1', 'set team-hr/acme 2', 'delete team-hr/other']);
    await rm(folder, { recursive: true });
  });
});
