import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { matchKey } from '#scim-service/domain/match-keys.ts';
import { openMongoStore } from '#scim-service/persistence/mongo/mongo-store.ts';
import { aLog } from '#test/support/a-log.ts';
import { startMongoServer, type MongoServer } from '#test/support/mongo-server.ts';
import { aManifest, typeIn } from './a-terminal.ts';

const SPEC = { attributeMapping: [{ source: 'userName', target: 'contact.login' }], matchExistingBy: ['contact.login'] };
const PEOPLE = Array.from({ length: 40 }, (_, index) => ({
  contact: { login: `Person${index}` },
  empty: {},
  none: [],
  $price: 1.5,
  'a%2Eb': { when: '2026-01-01', flags: [true, 0, ''] },
}));

let server: MongoServer;
let folder: string;

beforeAll(async () => {
  server = await startMongoServer();
  folder = await mkdtemp(join(tmpdir(), 'scim-cli-mongo-'));
  await writeFile(join(folder, 'tenant.yaml'), aManifest('acme', SPEC));
}, 120_000);

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function importPeople(people: readonly object[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const input = people.map((person) => JSON.stringify(person)).join('\n');
  return typeIn(['import', 'team-hr/acme', '-', '--file', 'tenant.yaml'], { folder, input, environment: { MONGODB_URI: server.uri } });
}

test('people are brought to MongoDB with every value that a record can have, once', async () => {
  expect(await importPeople(PEOPLE)).toEqual({ code: 0, out: expect.stringMatching(/created +40\n/), err: '' });
  expect(await importPeople(PEOPLE)).toEqual({ code: 0, out: expect.stringMatching(/unchanged +40\n/), err: '' });
  await using store = await openMongoStore({ uri: server.uri, logger: aLog().logger });
  await store.connected;
  const found = await store.existing.findByKey('team-hr/acme', matchKey('contact.login', 'PERSON7') ?? '', 2);
  expect(found).toEqual([{ kind: 'unlinked', id: expect.any(String), person: PEOPLE[7] }]);
}, 60_000);

test('a server that does not answer is told of, and nobody waits for ever', async () => {
  const { code, out, err } = await typeIn(['import', 'team-hr/acme', '-', '--file', 'tenant.yaml'], {
    folder,
    input: '{"contact":{"login":"x"}}',
    environment: { MONGODB_URI: 'mongodb://127.0.0.1:1/scim' },
  });
  expect({ code, out, err }).toEqual({ code: 2, out: '', err: 'tenant: MONGODB_URI: no answer within 15 seconds\n' });
}, 60_000);
