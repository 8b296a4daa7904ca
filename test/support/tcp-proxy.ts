import { createConnection, createServer } from 'node:net';
import { listenCuttably, type CuttableServer } from './cuttable-server.ts';

export type TcpProxy = Pick<CuttableServer, 'port' | 'cut' | 'heal'> & AsyncDisposable;

/** A wire between a program and a server that a test can cut. */
export async function startTcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const server = createServer();
  const { port, track, cut, heal } = await listenCuttably(server);
  server.on('connection', (inbound) => {
    const outbound = createConnection(target);
    track(inbound);
    track(outbound);
    inbound.pipe(outbound).pipe(inbound);
    inbound.once('close', () => outbound.destroy());
    outbound.once('close', () => inbound.destroy());
  });
  return { port, cut, heal, [Symbol.asyncDispose]: cut };
}
