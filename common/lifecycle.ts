import { EnvironmentError } from './env.ts';
import { createLogger } from './logger.ts';

/** What goes to a pipe by way of Node is not there yet when it was written. */
const LAST_MOMENT_MS = 1_000;

/**
 * Runs a program until SIGTERM or SIGINT: `main` gets the signal that they abort, and resolves once all is stopped.
 * A fault of `main` is logged and ends the process with exit code 1, whatever is still open; a bad environment is told on
 * standard error, in words.
 */
export async function runProgram(program: string, main: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => controller.abort(new Error(`received ${name}`));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  try {
    await main(controller.signal);
  } catch (error) {
    if (error instanceof EnvironmentError) process.stderr.write(`${program}: ${error.message}\n`);
    else createLogger({ program, level: 'fatal' }).fatal({ err: error }, 'program failed');
    endProcess(1);
  } finally {
    process.removeListener('SIGTERM', stop);
    process.removeListener('SIGINT', stop);
  }
}

/**
 * Ends by itself where nothing is open. A socket that somebody else is slow to close would keep the process, which hears no
 * signal any more, as process 1 of a container for as long: what is open a moment later is cut. Log lines are out by then, since
 * they are written synchronously.
 */
function endProcess(exitCode: number): void {
  process.exitCode = exitCode;
  setTimeout(() => process.exit(exitCode), LAST_MOMENT_MS).unref();
}
