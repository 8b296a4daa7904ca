import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mongodbCommand } from '../servers/mongodb-program.ts';
import { spawnServer } from '../support/child-server.ts';
import { freePort } from '../support/free-port.ts';
import { startMongoServer } from '../support/mongo-server.ts';
import { startProgram } from '../support/program.ts';
import { createScimClient } from '../support/scim-client.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { waitUntil } from '../support/wait-until.ts';
import { writeKubeconfig } from '../support/write-kubeconfig.ts';

describe('standalone mode on MongoDB', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scim-standalone-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('starts while MongoDB is away, answers 503, and serves once it is there', async () => {
    await using mongo = await startMongoServer();
    await using wire = await startTcpProxy(mongo);
    await wire.cut();
    const env = { PORT: '0', ADMIN_PORT: '0', MONGODB_URI: mongo.uriThrough(wire.port) };
    await using program = startProgram('standalone/main.ts', env, { cwd: folder });
    const url = await program.waitForLine(/(http:\/\/127\.0\.0\.1:\d+\/team-hr\/acme\/scim\/v2)/);
    const secret = await readFile(join(folder, 'data/tenants/team-hr.acme-scim-token.yaml'), 'utf8');
    const client = createScimClient(url, /^\s+token: (\S+)$/m.exec(secret)?.[1] ?? '');
    const status = async (): Promise<number> => (await client.send({ method: 'GET', path: '/Users' })).status;
    await waitUntil(async () => (await status()) === 503, { what: '503', timeoutMs: 20_000 });
    await wire.heal();
    await waitUntil(async () => (await status()) === 200, { what: 'the tenant in service', timeoutMs: 40_000 });
    expect(await program.stop('SIGTERM')).toBe(0);
  }, 90_000);
});

// A server that MONGODB_URI names can't be started as a standalone one.
if (!process.env['MONGODB_URI']) {
  test.each(['standalone/main.ts', 'scim-service/main.ts'])(
    '%s ends with code 1 on a MongoDB server that is no replica set, and tells the command that mends it',
    async (script) => {
      const folder = await mkdtemp(join(tmpdir(), 'scim-standalone-'));
      const port = await freePort();
      const [python, program] = mongodbCommand();
      const storage = ['--storage-path', ':memory:', '--standalone'];
      const server = await spawnServer(python, [program, '--host', '127.0.0.1', '--port', `${port}`, ...storage]);
      try {
        const env = { PORT: '0', ADMIN_PORT: '0', MONGODB_URI: `mongodb://127.0.0.1:${port}/scim` };
        const kubeconfig = await writeKubeconfig(folder, `http://127.0.0.1:${await freePort()}`);
        await using refused = startProgram(script, { ...env, KUBECONFIG: kubeconfig }, { cwd: folder });
        expect(await refused.exited).toBe(1);
        expect(refused.lines.join('\n')).toContain('rs.initiate()');
      } finally {
        await server.kill('SIGKILL');
        await rm(folder, { recursive: true, force: true });
      }
    },
    60_000,
  );
}
