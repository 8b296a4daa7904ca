import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitUntil } from './wait-until.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Of a program whose lines somebody else keeps. */
const KEPT_LINES = 200;

export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** Lines of standard output and standard error, in order. */
  readonly lines: readonly string[];
  /** The exit code, or the name of the signal that ended it. */
  readonly exited: Promise<number | string>;
  running(): boolean;
  /** Waits for a line that matches, and gives its first group or the whole match. */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

/** Starts one of our programs, for example `operator/main.ts`, with just the given environment beside PATH and HOME. */
export function startProgram(
  script: string,
  env: Readonly<Record<string, string>>,
  options: {
    readonly cwd?: string;
    /** Folder of the programs, with a slash at its end. */
    readonly root?: string;
    readonly args?: readonly string[];
    /** Told each line; of a program that runs for long, only the last lines are kept in `lines` then. */
    readonly onLine?: (line: string) => void;
  } = {},
): Program {
  const root = options.root ?? ROOT;
  const child = spawn(process.execPath, [`${root}${script}`, ...(options.args ?? [])], {
    cwd: options.cwd ?? root,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(line);
    options.onLine?.(line);
    if (options.onLine && lines.length > KEPT_LINES) lines.shift();
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => keep(line));
  let running = true;
  const exited = once(child, 'exit').then(([code, signal]: (number | string | null)[]) => {
    running = false;
    return code ?? signal ?? 'unknown';
  });
  // A test that fails before its `await using` ends must not leave the program behind.
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  void exited.then(() => process.removeListener('exit', killAtExit));

  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> => {
    if (running) child.kill(signal);
    return exited;
  };
  return {
    pid: child.pid ?? 0,
    lines,
    exited,
    running: () => running,
    async waitForLine(pattern, timeoutMs = 30_000) {
      return waitUntil(
        () => {
          for (const line of lines) {
            const match = pattern.exec(line);
            if (match) return match[1] ?? match[0];
          }
          if (!running) throw new Error(`${script} ended; its last lines:\n${lines.slice(-20).join('\n')}`);
          return null;
        },
        { what: `a line of ${script} that matches ${pattern}; last lines: ${lines.slice(-5).join(' | ')}`, timeoutMs },
      );
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL');
    },
  };
}
