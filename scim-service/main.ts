import { hostname } from 'node:os';
import { runProgram } from '#common/lifecycle.ts';
import { createLogger } from '#common/logger.ts';
import { readScimServiceConfig } from './config.ts';

await runProgram('scim-service', async (signal) => {
  const config = readScimServiceConfig(process.env, hostname());
  // Loaded when SIGTERM is heard already: without a handler, process 1 of a container ignores it and is killed in the end.
  const { runScimService } = await import('./compose.ts');
  await runScimService(config, createLogger({ program: 'scim-service', level: config.logLevel }), signal);
});
