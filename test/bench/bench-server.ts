import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { runClosedLoop, type LoadRequest, type LoadResult } from './closed-loop.ts';
import type { StoreAddress } from './open-store.ts';
import { TENANT, TOKEN } from './people.ts';
import type { Scenario, Side } from './scenarios.ts';

const SERVE = fileURLToPath(new URL('./serve.ts', import.meta.url));

export const CONNECTIONS = 16;

/** What a process has used. */
export interface Usage {
  /** Resident memory in bytes. */
  readonly rss: number;
  /** Processor time in microseconds, since the start. */
  readonly cpu: number;
}

/** One side of a row: a process of its own, and the requests that it gets. */
export class BenchServer implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #port: number;
  readonly #request: (n: number) => LoadRequest;
  #sent = 0;

  private constructor(server: ChildProcess, port: number, request: (n: number) => LoadRequest) {
    this.#process = server;
    this.#port = port;
    this.#request = request;
  }

  /**
   * Starts the server and looks at its first answer.
   * @param options.execArgv options of Node for the process
   * @throws Error when the service's answer doesn't show what the scenario wants
   */
  static async start(
    side: Side,
    scenario: Scenario,
    options: { readonly users: number; readonly address: StoreAddress; readonly execArgv?: readonly string[] },
  ): Promise<BenchServer> {
    const { users, address, execArgv = [] } = options;
    const child = fork(SERVE, [side, address], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [...execArgv] });
    const { port } = (await message(child)) as { port: number };
    const get = async (path: string) => (await (await send(port, { method: 'GET', path })).json()) as Record<string, unknown>;
    const server = new BenchServer(child, port, await scenario.requests({ side, users, get }));
    const answer = await send(port, server.#request(server.#sent++));
    const body = await answer.text();
    if (answer.status !== scenario.status || (side === 'service' && !scenario.shows.test(body))) {
      throw new Error(`${scenario.name}: the ${side} answered ${answer.status} ${body.slice(0, 1_000)}`);
    }
    return server;
  }

  load(seconds: number): Promise<LoadResult> {
    return runClosedLoop({
      port: this.#port,
      token: TOKEN,
      connections: CONNECTIONS,
      seconds,
      request: () => inTenant(this.#request(this.#sent++)),
    });
  }

  async usage(): Promise<Usage> {
    this.#process.send('usage');
    const { rss, cpu } = (await message(this.#process)) as { rss: number; cpu: NodeJS.CpuUsage };
    return { rss, cpu: cpu.user + cpu.system };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
  }
}

function inTenant({ path, ...rest }: LoadRequest): LoadRequest {
  return { ...rest, path: `/${TENANT}/scim/v2${path}` };
}

function send(port: number, request: LoadRequest): Promise<Response> {
  const { method, path, body } = inTenant(request);
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/scim+json', Connection: 'close' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function message(server: ChildProcess): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const onExit = (): void => reject(new Error('a process of the benchmark ended before it answered'));
  server.once('message', resolve).once('exit', onExit);
  return promise.finally(() => server.off('message', resolve).off('exit', onExit));
}
