import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { mongodbCommand } from '#test/servers/mongodb-program.ts';
import { spawnServer, type ChildServer } from './child-server.ts';
import { freePort } from './free-port.ts';
import { waitUntil } from './wait-until.ts';

export interface MongoServer extends AsyncDisposable {
  /** Names a database of its own. */
  readonly uri: string;
  readonly host: string;
  readonly port: number;
  /** False for a server that MONGODB_URI names: it can't be killed, and its databases are dropped at the end. */
  readonly owned: boolean;
  /** `uri` through another address, such as a proxy's. */
  uriThrough(port: number): string;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
  /** Of our own server as it runs now, for signals such as SIGSTOP; 0 for one that is not ours. */
  pid(): number;
}

/** A replica set to test on: the one that MONGODB_URI names, or a server of our own on a free port. */
export async function startMongoServer(): Promise<MongoServer> {
  const given = process.env['MONGODB_URI'];
  return given ? borrowedServer(given) : ownServer();
}

async function ownServer(): Promise<MongoServer> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'scim-mongo-'));
  const database = databaseName();
  let child: ChildServer;
  const server: MongoServer = {
    uri: `mongodb://127.0.0.1:${port}/${database}?directConnection=true`,
    host: '127.0.0.1',
    port,
    owned: true,
    uriThrough: (other) => `mongodb://127.0.0.1:${other}/${database}?directConnection=true`,
    kill: () => child.kill('SIGKILL'),
    pid: () => child.pid,
    async start() {
      // Without --sync-on-commit an acknowledged majority write may be lost by kill -9.
      const [python, script] = mongodbCommand();
      child = await spawnServer(python, [script, '--host', '127.0.0.1', '--port', `${port}`, '--storage-path', folder, '--sync-on-commit']);
      await waitUntil(
        () => {
          if (!child.running()) throw new Error(`the MongoDB-compatible server ended: ${child.output()}`);
          return accepts(port);
        },
        { what: 'MongoDB-compatible server', timeoutMs: 60_000 },
      );
    },
    async [Symbol.asyncDispose]() {
      await child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

function borrowedServer(given: string): MongoServer {
  const url = new URL(given);
  const database = databaseName();
  const through = (host: string): string => {
    const copy = new URL(given);
    copy.host = host;
    copy.pathname = `/${database}`;
    return copy.href;
  };
  const refuse = async (): Promise<void> => {
    throw new Error('the server that MONGODB_URI names is not ours to stop');
  };
  return {
    uri: through(url.host),
    host: url.hostname,
    port: Number(url.port || 27_017),
    owned: false,
    uriThrough: (port) => through(`127.0.0.1:${port}`),
    kill: refuse,
    pid: () => 0,
    start: refuse,
    async [Symbol.asyncDispose]() {
      const connection = await mongoose.createConnection(through(url.host)).asPromise();
      await connection.dropDatabase();
      await connection.close();
    },
  };
}

function databaseName(): string {
  return `scim_test_${randomUUID().slice(0, 8)}`;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
