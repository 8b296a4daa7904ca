import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { openMongoStore, type MongoStore } from '#scim-service/persistence/mongo/mongo-store.ts';
import { UserNameTakenError } from '#scim-service/provisioning/user-store.ts';
import { aLog } from '#test/support/a-log.ts';
import { aStoredUser } from '#test/support/a-user.ts';
import { startMongoServer, type MongoServer } from '#test/support/mongo-server.ts';

const TENANT = 'team-hr/before';
const ANN = aStoredUser({ tenant: TENANT, resource: { userName: 'Ann' }, defaults: {}, own: {}, projection: '' });

let server: MongoServer;
let client: mongoose.Connection;

interface AnyDocument {
  _id: string;
  [field: string]: unknown;
}
const users = () => client.collection<AnyDocument>('users');

async function connect(): Promise<MongoStore> {
  const store = await openMongoStore({ uri: server.uri, logger: aLog().logger });
  await store.connected;
  return store;
}

beforeAll(async () => {
  server = await startMongoServer();
  client = await mongoose.createConnection(server.uri).asPromise();
}, 120_000);

afterAll(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
});

describe('a database of a program that knew no people of the product', () => {
  beforeAll(async () => {
    await users().createIndex({ tenant: 1, userNameKey: 1 }, { unique: true });
    await users().createIndex({ tenant: 1, deleted: 1, createdAt: 1, _id: 1 });
    const document = {
      tenant: TENANT,
      version: 1,
      createdAt: ANN.createdAt,
      lastModified: ANN.lastModified,
      emailKeys: [],
      active: true,
      person: ANN.person,
      deleted: false,
    };
    await users().insertMany([
      { ...document, _id: ANN.id, userNameKey: 'ann', resource: ANN.resource },
      ...Array.from({ length: 300 }, (_, at) => ({
        ...document,
        _id: `p${at}`,
        userNameKey: `p${at}`,
        resource: { userName: `p${at}`, active: true },
      })),
      {
        ...document,
        _id: 'gone',
        userNameKey: 'Deleted:gone',
        deletedUserNameKey: 'gone',
        resource: { userName: 'gone', active: false },
        person: { login: 'Gone' },
        deleted: true,
        deletedAt: ANN.lastModified,
      },
    ]);
    // Five pods of the new program at once.
    const stores = await Promise.all(Array.from({ length: 5 }, connect));
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
  });

  test('has one unique index of userNames, which is of those who have one', async () => {
    const indexes = await users().indexes();
    const ofNames = indexes.filter(({ key }) => 'userNameKey' in key);
    expect(ofNames).toEqual([
      expect.objectContaining({
        key: { tenant: 1, userNameKey: -1 },
        unique: true,
        partialFilterExpression: { userNameKey: { $gt: '' } },
      }),
    ]);
  });

  test('takes many people whom the product adds to one tenant', async () => {
    await users().insertMany(Array.from({ length: 3 }, (_, at) => ({ _id: `product ${at}`, tenant: TENANT, person: { login: `x${at}` } })));
    await using store = await connect();
    expect(await store.existing.findByKey(TENANT, 'login=x1', 10)).toEqual([
      { kind: 'unlinked', id: 'product 1', person: { login: 'x1' } },
    ]);
  });

  test('keeps each userName to one person', async () => {
    await using store = await connect();
    await expect(store.users.insert(aStoredUser({ tenant: TENANT, resource: { userName: 'ANN' } }))).rejects.toThrow(UserNameTakenError);
    await expect(store.users.replace({ ...ANN, version: 2, resource: { ...ANN.resource, userName: 'p7' } }, 1)).rejects.toThrow(
      UserNameTakenError,
    );
    await store.users.insert(aStoredUser({ tenant: 'team-hr/other', resource: { userName: 'ann' } }));
  });

  test('gives its people as those who were made by no projection, without anything of the template or of their own', async () => {
    await using store = await connect();
    expect(await store.users.findById(TENANT, ANN.id)).toStrictEqual(ANN);
    expect(await store.upkeep.countOutdated(TENANT, 'new')).toBe(302);
    const outdated = await store.upkeep.findOutdated(TENANT, 'new', 400);
    expect(outdated).toHaveLength(302);
    expect(await store.upkeep.refresh(outdated.map((user) => ({ ...user, projection: 'new' })))).toBe(302);
    expect(await store.upkeep.countOutdated(TENANT, 'new')).toBe(0);
  });

  test('lets its retired people be found by what their record has', async () => {
    await using store = await connect();
    const [found] = await store.existing.findByKey(TENANT, 'login=gone', 10);
    expect(found).toMatchObject({ kind: 'retired', user: { id: 'gone', person: { login: 'Gone' } } });
  });
});
