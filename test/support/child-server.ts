import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A server of another project, run as a child process for as long as a test needs it. */
export interface ChildServer {
  /** The last lines that it wrote, for the message of a failed start. */
  output(): string;
  readonly exited: Promise<void>;
  readonly running: () => boolean;
  kill(signal?: NodeJS.Signals): Promise<void>;
  pid: number;
}

/**
 * The shell holds our end of a pipe (as descriptor 4, since a background job's own standard input is /dev/null). When this
 * process dies, however it dies, `read` returns and the server is killed too.
 */
const DIES_WITH_US = `
exec 4<&0
"$@" </dev/null 3>&- 4<&- &
server=$!
echo "pid $server" >&3
(read -r _ <&4; kill -KILL $server) 2>/dev/null &
watch=$!
wait $server
kill $watch 2>/dev/null
`;

export async function spawnServer(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<ChildServer> {
  const shell: ChildProcess = spawn('/bin/bash', ['-c', DIES_WITH_US, 'server', command, ...args], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env,
  });
  let tail = '';
  const keep = (chunk: Buffer): void => {
    tail = (tail + chunk.toString()).slice(-8_000);
  };
  shell.stdout?.on('data', keep);
  shell.stderr?.on('data', keep);
  let running = true;
  const exited = once(shell, 'exit').then(() => {
    running = false;
  });
  const pidLine = shell.stdio[3] as NodeJS.ReadableStream;
  const [line] = (await Promise.race([once(pidLine, 'data'), exited.then(() => ['pid 0'])])) as [Buffer | string];
  const pid = Number(line.toString().replace('pid ', ''));
  return {
    output: () => tail,
    exited,
    running: () => running,
    pid,
    async kill(signal = 'SIGKILL') {
      if (!running) return;
      try {
        process.kill(pid, signal);
      } catch {
        // Gone already.
      }
      await exited;
    },
  };
}
