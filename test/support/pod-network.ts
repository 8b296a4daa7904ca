import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

export interface PodNetwork extends AsyncDisposable {
  /** Environment of a program that lives in this network. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Lets a program reach pods by addresses of their own, although they run on this machine: an EndpointSlice may not name a
 * loopback address. It is an HTTP proxy that takes every address for 127.0.0.1; Node's fetch uses it when the environment
 * says so.
 */
export async function startPodNetwork(): Promise<PodNetwork> {
  const server = createServer((inbound, answer) => {
    const target = new URL(inbound.url ?? '/', 'http://unused');
    const path = target.pathname + target.search;
    const outbound = httpRequest(
      { host: '127.0.0.1', port: target.port, path, method: inbound.method, headers: inbound.headers, agent: false },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      },
    );
    outbound.once('error', () => answer.writeHead(502).end());
    inbound.pipe(outbound);
  });
  server.on('connect', (tunnel, socket, head) => {
    const port = Number((tunnel.url ?? '').split(':').at(-1));
    const outbound = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      outbound.write(head);
      outbound.pipe(socket).pipe(outbound);
    });
    outbound.once('error', () => socket.destroy());
    socket.once('error', () => outbound.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    env: { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: '127.0.0.1,localhost' },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
