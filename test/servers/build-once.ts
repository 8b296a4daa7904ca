import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A lock older than this belongs to a build that was killed; the slowest build takes 7 minutes on two cores. */
const LOCK_EXPIRES_MS = 30 * 60_000;

/**
 * Fills `folder` by `build`, once for all runs: built beside it and renamed when whole, so that a folder that is there
 * is complete. Runs that start meanwhile wait for the first.
 */
export async function buildOnce(folder: string, build: (partial: string) => Promise<void>): Promise<void> {
  const lock = `${folder}.lock`;
  await mkdir(new URL('.', `file://${folder}`).pathname, { recursive: true });
  while (!(await takeLock(lock))) {
    if (existsSync(folder)) return;
    await sleep(1_000);
  }
  try {
    if (existsSync(folder)) return;
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await build(partial);
    await rename(partial, folder);
  } finally {
    await rm(lock, { force: true });
  }
}

async function takeLock(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch {
    const age = await stat(lock).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > LOCK_EXPIRES_MS) await rm(lock, { force: true });
    return false;
  }
}

/**
 * Runs a command to its end, its output on the terminal only when it fails.
 * @throws Error with the last lines of the output
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-20_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}
