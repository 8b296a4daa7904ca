import { hostname } from 'node:os';
import { runProgram } from '#common/lifecycle.ts';
import { createLogger } from '#common/logger.ts';
import { runOperator } from './compose.ts';
import { readOperatorConfig } from './config.ts';

await runProgram('operator', async (signal) => {
  const config = readOperatorConfig(process.env, hostname());
  await runOperator(config, createLogger({ program: 'operator', level: config.logLevel }), signal);
});
