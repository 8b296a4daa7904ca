import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface ProbeServerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly metrics: Registry;
  /** What keeps the program from serving, one line each; empty means ready. */
  readonly ready: () => Promise<readonly string[]>;
  /** Further GET routes that answer JSON, by path; each gets the parameters of the query. */
  readonly json?: Readonly<Record<string, (query: URLSearchParams) => unknown>>;
}

export interface ProbeServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * Admin port of a program: `/healthz`, `/readyz`, `/metrics` and what `json` adds. Never routed by an Ingress.
 * @throws Error when the port can't be listened on
 */
export async function startProbeServer(options: ProbeServerOptions): Promise<ProbeServer> {
  const server = createServer((request, response) => {
    // Not parsed as a URL: a target such as `//` isn't one, and an error thrown here would end the program.
    const [path = '/', query] = (request.url ?? '/').split(/\?(.*)/s);
    answer(path, new URLSearchParams(query), options).then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body),
      (error: unknown) => response.writeHead(500, { 'content-type': 'text/plain' }).end(`${String(error)}\n`),
    );
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: () => close(server) };
}

async function answer(
  path: string,
  query: URLSearchParams,
  options: ProbeServerOptions,
): Promise<{ status: number; type: string; body: string }> {
  const json = options.json && Object.hasOwn(options.json, path) ? options.json[path] : undefined;
  if (json) return { status: 200, type: 'application/json', body: JSON.stringify(json(query)) };
  switch (path) {
    case '/healthz':
      return { status: 200, type: 'text/plain', body: 'ok\n' };
    case '/readyz': {
      const problems = await options.ready();
      return problems.length === 0
        ? { status: 200, type: 'text/plain', body: 'ok\n' }
        : { status: 503, type: 'text/plain', body: `${problems.join('\n')}\n` };
    }
    case '/metrics':
      return { status: 200, type: options.metrics.contentType, body: await options.metrics.metrics() };
    default:
      return { status: 404, type: 'text/plain', body: 'not here; ask /healthz, /readyz or /metrics\n' };
  }
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  if (server.listening) await once(server, 'close');
}
