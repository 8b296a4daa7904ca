import { runProgram } from '#common/lifecycle.ts';
import { createLogger } from '#common/logger.ts';
import { runStandalone } from './compose.ts';
import { readStandaloneConfig } from './config.ts';
import { seedTenants } from './seed-tenants.ts';
import { welcome } from './welcome.ts';

await runProgram('standalone', async (signal) => {
  const config = readStandaloneConfig(process.env);
  const seeded = await seedTenants(config.tenantsDir);
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
