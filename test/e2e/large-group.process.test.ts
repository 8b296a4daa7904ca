import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openSqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import { aStoredGroup } from '../support/a-group.ts';
import { aStoredUser } from '../support/a-user.ts';
import { freePort } from '../support/free-port.ts';
import { startProgram, type Program } from '../support/program.ts';
import { createScimClient, type ScimClient } from '../support/scim-client.ts';
import { waitUntil } from '../support/wait-until.ts';
import { metric } from './cluster.ts';

const MEBIBYTE = 1024 * 1024;
const MEMBERS = 100_000;
const TENANT = 'team-hr/acme';

describe('groups of 100 and of 100,000 in a process of 256 MiB', () => {
  let folder: string;
  let program: Program;
  let client: ScimClient;
  let adminPort: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scim-large-group-'));
    const file = join(folder, 'scim.sqlite');
    await fill(file);
    const port = await freePort();
    adminPort = await freePort();
    program = startProgram(
      'standalone/main.ts',
      // What Node takes by itself in a container of 256 MiB; on a large machine it would let garbage lie.
      { PORT: `${port}`, ADMIN_PORT: `${adminPort}`, DATA_FILE: file, NODE_OPTIONS: '--max-old-space-size=128 --max-semi-space-size=8' },
      { cwd: folder },
    );
    const url = await program.waitForLine(/(http:\/\/127\.0\.0\.1:\d+\/team-hr\/acme\/scim\/v2)/);
    const secret = await readFile(join(folder, 'data/tenants/team-hr.acme-scim-token.yaml'), 'utf8');
    client = createScimClient(url, /^\s+token: (\S+)$/m.exec(secret)?.[1] ?? '');
    await waitUntil(async () => (await client.send({ method: 'GET', path: '/Users' })).status === 200, { what: 'the tenant in service' });
  }, 60_000);

  afterAll(async () => {
    await program?.stop('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  test('the large one is read whole by four clients at once, again and again', async () => {
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(Array.from({ length: 4 }, () => client.send({ method: 'GET', path: '/Groups/large' })));
      for (const { status, body } of answers) expect([status, body.members.length]).toEqual([200, MEMBERS]);
    }
    expect(await metric(adminPort, 'process_resident_memory_bytes')).toBeLessThan(256 * MEBIBYTE);
  }, 60_000);

  test('a member is added and removed in either at the same cost, and the large one is read without its members at once', async () => {
    const costs = { small: await costOf('small'), large: await costOf('large') };

    // Reading the large one's members takes some hundred milliseconds.
    expect(costs.large).toBeLessThan(costs.small + 50);
  }, 60_000);

  /** The least of some tries, in milliseconds, since other processes take their time too. */
  async function costOf(group: string): Promise<number> {
    const patch = (operation: object) => client.send({ method: 'PATCH', path: `/Groups/${group}`, body: { Operations: [operation] } });
    let least = Infinity;
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const begun = performance.now();
      const added = await patch({ op: 'Add', path: 'members', value: [{ $ref: null, value: 'newcomer' }] });
      const removed = await patch({ op: 'Remove', path: 'members', value: [{ $ref: null, value: 'newcomer' }] });
      const read = await client.send({ method: 'GET', path: `/Groups/${group}`, query: 'excludedAttributes=members' });
      least = Math.min(least, performance.now() - begun);
      expect([added.status, removed.status, read.status, read.body.members]).toEqual([204, 204, 200, undefined]);
    }
    return least;
  }
});

async function fill(file: string): Promise<void> {
  using store = openSqliteStore({ file });
  await store.users.insert(aStoredUser({ tenant: TENANT, id: 'newcomer' }));
  copyNewcomer(file);
  const members = Array.from({ length: MEMBERS }, (_, index) => ({ id: `newcomer-${index + 1}`, type: 'User' as const }));
  await store.groups.insert(aStoredGroup({ tenant: TENANT, id: 'small', resource: { displayName: 'small' } }), members.slice(0, 100));
  await store.groups.insert(aStoredGroup({ tenant: TENANT, id: 'large', resource: { displayName: 'large' } }), members);
}

/**
 * In one statement, because a hundred thousand inserts take a minute. All are of a mapping that is not the tenant's, so the
 * program has that work to do behind the requests too.
 */
function copyNewcomer(file: string): void {
  const database = new DatabaseSync(file);
  const kept = 'tenant, version, created_at, last_modified, external_id, resource, person, defaults, own, projection, deleted_at';
  database.exec(
    `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${MEMBERS})
     INSERT INTO users (id, user_name_key, ${kept})
     SELECT id || '-' || n, user_name_key || '-' || n, ${kept} FROM users, numbers`,
  );
  database.close();
}
