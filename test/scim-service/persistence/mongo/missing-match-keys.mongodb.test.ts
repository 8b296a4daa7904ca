import { afterAll, beforeAll, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { createIndexes, declareCollections, type Collections } from '#scim-service/persistence/mongo/collections.ts';
import { MissingMatchKeys } from '#scim-service/persistence/mongo/missing-match-keys.ts';
import { StoreConnection } from '#scim-service/persistence/mongo/store-connection.ts';
import { StoreSession } from '#scim-service/persistence/mongo/store-session.ts';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { aLog } from '#test/support/a-log.ts';
import { startMongoServer, type MongoServer } from '#test/support/mongo-server.ts';
import { waitUntil } from '#test/support/wait-until.ts';

let server: MongoServer;
let client: mongoose.Connection;
let connection: StoreConnection;
let collections: Collections;
let session: StoreSession;
let rounds = 0;

const users = () => client.collection<{ _id: string; [field: string]: unknown }>('users');
const lacking = (tenant: string) => users().countDocuments({ tenant, matchKeys: { $exists: false } });

beforeAll(async () => {
  server = await startMongoServer();
  client = await mongoose.createConnection(server.uri).asPromise();
  connection = new StoreConnection({ uri: server.uri, logger: aLog().logger, prepare: createIndexes });
  collections = declareCollections(connection.mongoose);
  session = new StoreSession(connection, () => (rounds += 1));
  await connection.connected;
}, 120_000);

afterAll(async () => {
  await client.close();
  await connection[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function insert(tenant: string, count: number): Promise<void> {
  await users().insertMany(Array.from({ length: count }, (_, at) => ({ _id: `${tenant} ${at}`, tenant, person: { at } })));
}

test('who waits too long for the keys of very many people is told to come back, while they are made', async () => {
  const tenant = 'team-hr/late';
  await insert(tenant, 600);
  const keys = new MissingMatchKeys(session, collections, aLog().logger, 0);
  await expect(keys.make(tenant)).rejects.toThrow(StoreUnavailableError);
  await waitUntil(async () => (await lacking(tenant)) === 0, { what: 'all keys', timeoutMs: 30_000 });
  // Nobody has to wait any more.
  await keys.make(tenant);
}, 60_000);

test('50 who ask at once make the keys once', async () => {
  const tenant = 'team-hr/flight';
  await insert(tenant, 100);
  const keys = new MissingMatchKeys(session, collections, aLog().logger);
  rounds = 0;
  await Promise.all(Array.from({ length: 50 }, () => keys.make(tenant)));
  expect(await lacking(tenant)).toBe(0);
  // Each looks whether keys are missing, before and after; one batch of each kind is made.
  expect(rounds).toBeLessThanOrEqual(2 * 50 + 2);
});

test('what goes wrong reaches all who wait, and the next one begins anew', async () => {
  const tenant = 'team-hr/fault';
  await insert(tenant, 10);
  const fault = new mongoose.mongo.MongoError('out of order');
  let broken = true;
  const faulty = Object.assign(Object.create(session) as StoreSession, {
    run: session.run.bind(session),
    transaction: (work: Parameters<StoreSession['transaction']>[0]) => (broken ? Promise.reject(fault) : session.transaction(work)),
  });
  const keys = new MissingMatchKeys(faulty, collections, aLog().logger);
  const outcomes = await Promise.allSettled([keys.make(tenant), keys.make(tenant)]);
  for (const outcome of outcomes) expect(outcome).toEqual({ status: 'rejected', reason: expect.any(StoreUnavailableError) });
  broken = false;
  await keys.make(tenant);
  expect(await lacking(tenant)).toBe(0);
});
