import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

export interface CuttableServer {
  readonly port: number;
  /** Counts a socket among those that a cut drops. */
  readonly track: (socket: Socket) => void;
  /** Drops every connection and refuses new ones, until `heal`. */
  readonly cut: () => Promise<void>;
  readonly heal: () => Promise<void>;
}

/** Has a server listen on a free local port, which a test can cut off. Connections are its to track. */
export async function listenCuttably(server: Server): Promise<CuttableServer> {
  const sockets = new Set<Socket>();
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    track(socket) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => sockets.delete(socket));
    },
    async cut() {
      if (!server.listening) return;
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
    async heal() {
      if (!server.listening) await listen(port);
    },
  };
}
