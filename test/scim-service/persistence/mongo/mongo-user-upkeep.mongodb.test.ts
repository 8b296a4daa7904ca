import { afterAll, beforeAll, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { openMongoStore, type MongoStore } from '#scim-service/persistence/mongo/mongo-store.ts';
import { aStoredGroup } from '#test/support/a-group.ts';
import { aLog } from '#test/support/a-log.ts';
import { aStoredUser } from '#test/support/a-user.ts';
import { startMongoServer, type MongoServer } from '#test/support/mongo-server.ts';

const TENANT = 'team-hr/upkeep';

let server: MongoServer;
let store: MongoStore;
let client: mongoose.Connection;

beforeAll(async () => {
  server = await startMongoServer();
  store = await openMongoStore({ uri: server.uri, logger: aLog().logger });
  await store.connected;
  client = await mongoose.createConnection(server.uri).asPromise();
}, 120_000);

afterAll(async () => {
  await client.close();
  await store[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

test('a refresh leaves the count of what holds a member, and drops what the mapping takes no longer', async () => {
  const user = aStoredUser({ tenant: TENANT, resource: { externalId: 'Ext-1', emails: [{ value: 'Ann@acme.example' }] } });
  await store.users.insert(user);
  await store.groups.insert(aStoredGroup({ tenant: TENANT }), [{ id: user.id, type: 'User' }]);
  const documents = client.collection<{ _id: string }>('users');
  const before = await documents.findOne({ _id: user.id });
  expect(before).toMatchObject({ holds: 1 });

  const { userName } = user.resource;
  expect(await store.upkeep.refresh([{ ...user, resource: { userName, active: true }, person: { id: 1 }, projection: 'new' }])).toBe(1);
  const { externalId: _, ...rest } = { externalId: null, ...before };
  expect(await documents.findOne({ _id: user.id })).toStrictEqual({
    ...rest,
    emailKeys: [],
    resource: { userName, active: true },
    person: { id: 1 },
    projection: 'new',
  });
});

test('a refresh of more people than go into one command writes them all', async () => {
  const users = Array.from({ length: 600 }, () => aStoredUser({ tenant: 'team-hr/many' }));
  for (let from = 0; from < users.length; from += 50)
    await Promise.all(users.slice(from, from + 50).map((user) => store.users.insert(user)));
  expect(await store.upkeep.refresh(users.map((user) => ({ ...user, projection: 'new' })))).toBe(600);
  expect(await store.upkeep.countOutdated('team-hr/many', 'new')).toBe(0);
});
