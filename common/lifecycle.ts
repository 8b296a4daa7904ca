import { EnvironmentError } from './env.ts';
import { createLogger } from './logger.ts';

/**
 * Runs a program until SIGTERM or SIGINT: `main` gets the signal that they abort, and resolves once all is stopped.
 * A fault of `main` is logged and sets the exit code to 1; a bad environment is told on standard error, in words.
 */
export async function runProgram(program: string, main: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => controller.abort(new Error(`received ${name}`));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  try {
    await main(controller.signal);
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof EnvironmentError) process.stderr.write(`${program}: ${error.message}\n`);
    else createLogger({ program, level: 'fatal' }).fatal({ err: error }, 'program failed');
  } finally {
    process.removeListener('SIGTERM', stop);
    process.removeListener('SIGINT', stop);
  }
}
