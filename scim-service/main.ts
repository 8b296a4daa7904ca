import { hostname } from 'node:os';
import { runProgram } from '#common/lifecycle.ts';
import { createLogger } from '#common/logger.ts';
import { runScimService } from './compose.ts';
import { readScimServiceConfig } from './config.ts';

await runProgram('scim-service', async (signal) => {
  const config = readScimServiceConfig(process.env, hostname());
  await runScimService(config, createLogger({ program: 'scim-service', level: config.logLevel }), signal);
});
