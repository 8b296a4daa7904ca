import { hostname } from 'node:os';
import { runProgram } from '#common/lifecycle.ts';
import { createLogger } from '#common/logger.ts';
import { readOperatorConfig } from './config.ts';

await runProgram('operator', async (signal) => {
  const config = readOperatorConfig(process.env, hostname());
  // Loaded when SIGTERM is heard already: without a handler, process 1 of a container ignores it and is killed in the end.
  const { runOperator } = await import('./compose.ts');
  await runOperator(config, createLogger({ program: 'operator', level: config.logLevel }), signal);
});
