import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import mongoose from 'mongoose';

/** The first document of an OP_MSG; its first field is the command's name. */
type MongoCommand = Readonly<Record<string, unknown>>;

export interface MongoGate extends AsyncDisposable {
  readonly port: number;
  /**
   * Holds the n-th command that is meant, counted from now, and each after it, so that a program stands still in the middle of
   * its work; other commands pass. Resolves when one is held.
   */
  holdFrom(nth: number, isMeant: (command: MongoCommand) => boolean): Promise<void>;
  /** Lets pass what is held, and all that comes. */
  open(): void;
}

/** Fields of the wire protocol: length, id, answered id and kind of message, then flags and the kind of the first section. */
const KIND_OF_MESSAGE = 12;
const OP_MSG = 2013;
const FIRST_DOCUMENT = 21;

/** A wire to MongoDB that knows one command from another. */
export async function startMongoGate(target: { readonly host: string; readonly port: number }): Promise<MongoGate> {
  let isHeld: (message: Buffer) => boolean = () => false;
  const sockets = new Set<Socket>();
  const passers = new Set<() => void>();

  const server = createServer((inbound) => {
    const outbound = createConnection(target);
    let waiting = Buffer.alloc(0);
    const pass = (): void => {
      while (waiting.length >= 4 && waiting.length >= waiting.readInt32LE(0)) {
        const message = waiting.subarray(0, waiting.readInt32LE(0));
        if (isHeld(message)) return;
        outbound.write(message);
        waiting = waiting.subarray(message.length);
      }
    };
    passers.add(pass);
    for (const [socket, other] of [
      [inbound, outbound],
      [outbound, inbound],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => {
        sockets.delete(socket);
        passers.delete(pass);
        other.destroy();
      });
    }
    inbound.on('data', (data: Buffer) => {
      waiting = Buffer.concat([waiting, data]);
      pass();
    });
    outbound.pipe(inbound);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    holdFrom(nth, isMeant) {
      const { promise, resolve } = Promise.withResolvers<void>();
      let met = 0;
      isHeld = (message) => {
        const command = commandOf(message);
        if (command === null || !isMeant(command)) return false;
        met += 1;
        if (met < nth) return false;
        resolve();
        return true;
      };
      return promise;
    },
    open() {
      isHeld = () => false;
      for (const pass of passers) pass();
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function commandOf(message: Buffer): MongoCommand | null {
  if (message.readInt32LE(KIND_OF_MESSAGE) !== OP_MSG) return null;
  const length = message.readInt32LE(FIRST_DOCUMENT);
  return mongoose.mongo.BSON.deserialize(message.subarray(FIRST_DOCUMENT, FIRST_DOCUMENT + length));
}
