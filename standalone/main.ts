import { runProgram } from '#common/lifecycle.ts';
import { createLogger } from '#common/logger.ts';
import { readStandaloneConfig } from './config.ts';
import { seedTenants } from './seed-tenants.ts';
import { welcome } from './welcome.ts';

await runProgram('standalone', async (signal) => {
  const config = readStandaloneConfig(process.env);
  const seeded = await seedTenants(config.tenantsDir);
  // Loaded when SIGTERM is heard already: without a handler, process 1 of a container ignores it and is killed in the end.
  const { runStandalone } = await import('./compose.ts');
  await runStandalone(
    {
      config,
      logger: createLogger({ program: 'standalone', level: config.logLevel }),
      onListening: ({ externalUrl, tenants }) => {
        process.stdout.write(welcome({ externalUrl, tenants, tenantsDir: config.tenantsDir, seeded }));
      },
    },
    signal,
  );
});
