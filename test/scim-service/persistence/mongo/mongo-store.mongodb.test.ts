import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import type { UserLookup } from '#scim-service/domain/user-lookup.ts';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { UserNameTakenError } from '#scim-service/provisioning/user-store.ts';
import { openMongoStore, type MongoStore } from '#scim-service/persistence/mongo/mongo-store.ts';
import { describeDeactivationLedger } from '#test/contracts/deactivation-ledger-contract.ts';
import { describeExistingPeople } from '#test/contracts/existing-people-contract.ts';
import { describeGroupStore } from '#test/contracts/group-store-contract.ts';
import { describeJobLeases } from '#test/contracts/job-leases-contract.ts';
import { describeTenantRemoval } from '#test/contracts/tenant-removal-contract.ts';
import { describeUserStore } from '#test/contracts/user-store-contract.ts';
import { describeUserUpkeep } from '#test/contracts/user-upkeep-contract.ts';
import { mongodbCommand } from '#test/servers/mongodb-program.ts';
import { aLog } from '#test/support/a-log.ts';
import { aStoredGroup } from '#test/support/a-group.ts';
import { aStoredUser } from '#test/support/a-user.ts';
import { spawnServer } from '#test/support/child-server.ts';
import { startForgetfulProxy } from '#test/support/forgetful-proxy.ts';
import { freePort } from '#test/support/free-port.ts';
import { startMongoServer, type MongoServer } from '#test/support/mongo-server.ts';
import { startTcpProxy } from '#test/support/tcp-proxy.ts';
import { waitUntil } from '#test/support/wait-until.ts';

const ANN = { userName: 'Ann@acme.example', externalId: 'Ext-1', emails: [{ type: 'work', value: 'Ann@acme.example' }] };

/** The longest that a request waits for a broken store: a selection of the server, and that of the one retry. */
const GIVES_UP_WITHIN_MS = 8_000;

let server: MongoServer;

beforeAll(async () => {
  server = await startMongoServer();
}, 120_000);

afterAll(async () => server[Symbol.asyncDispose]());

async function connect(uri = server.uri): Promise<MongoStore> {
  const store = await openMongoStore({ uri, logger: aLog().logger });
  await store.connected;
  return store;
}

const CONTRACTS = [
  describeUserStore,
  describeGroupStore,
  describeExistingPeople,
  describeUserUpkeep,
  describeJobLeases,
  describeDeactivationLedger,
  describeTenantRemoval,
] as const;

for (const describeStore of CONTRACTS) {
  describeStore('MongoDB', async () => {
    const store = await connect();
    return { store, close: async () => store[Symbol.asyncDispose]() };
  });
}

describe('a document of the collection users', () => {
  let store: MongoStore;
  let client: mongoose.Connection;

  beforeAll(async () => {
    store = await connect();
    client = await mongoose.createConnection(server.uri).asPromise();
  });

  afterAll(async () => {
    await client.close();
    await store[Symbol.asyncDispose]();
  });

  const documentOf = (user: StoredUser) => client.collection<{ _id: string }>('users').findOne({ _id: user.id });

  test('has what a product may read in plain fields', async () => {
    const user = aStoredUser({
      tenant: 'team-hr/read',
      resource: ANN,
      person: { login: 'ann', address: { city: 'Ulm' }, 'a.b': 1 },
      defaults: { address: { city: 'Ulm' } },
      own: { 'a.b': 1 },
    });
    await store.users.insert(user);
    expect(await documentOf(user)).toEqual({
      _id: user.id,
      tenant: 'team-hr/read',
      version: 1,
      createdAt: user.createdAt,
      lastModified: user.lastModified,
      userNameKey: 'ann@acme.example',
      externalId: 'Ext-1',
      emailKeys: ['ann@acme.example'],
      active: true,
      person: { login: 'ann', address: { city: 'Ulm' }, 'a%2Eb': 1 },
      resource: user.resource,
      defaults: { address: { city: 'Ulm' } },
      own: { 'a%2Eb': 1 },
      projection: 'p',
      deleted: false,
    });
  });

  test('stays when the person is deleted, inactive and without a hold on the userName', async () => {
    const user = aStoredUser({ tenant: 'team-hr/deleted', resource: ANN });
    await store.users.insert(user);
    const deletedAt = new Date('2026-11-24T09:00:00.000Z');
    await store.users.retire({ ...user, version: 2, deletedAt, resource: { ...user.resource, active: false } }, 1);
    expect(await documentOf(user)).toMatchObject({
      externalId: 'Ext-1',
      active: false,
      person: user.person,
      deleted: true,
      deletedAt,
      userNameKey: `Deleted:${user.id}`,
      deletedUserNameKey: 'ann@acme.example',
      matchKeys: [`login=${user.id}@acme.example`],
    });
  });

  test('has the same indexes however many pods start at once', async () => {
    const indexes = () => Promise.all(['users', 'groups', 'memberships'].map((name) => client.collection(name).indexes()));
    const before = await indexes();
    const stores = await Promise.all(Array.from({ length: 5 }, () => connect()));
    await Promise.all(stores.map((each) => each[Symbol.asyncDispose]()));
    expect(await indexes()).toEqual(before);
    const firstFields = before
      .flat()
      .filter(({ name }) => name !== '_id_')
      .map(({ key }) => Object.keys(key)[0]);
    expect(firstFields).toEqual(Array(14).fill('tenant'));
  });
});

describe('an insert', () => {
  test('that arrives twice is one', async () => {
    await using store = await connect();
    const user = aStoredUser({ tenant: 'team-hr/twice', resource: ANN });
    await store.users.insert(user);
    await store.users.insert(user);
    expect(await store.users.count('team-hr/twice')).toBe(1);
    await expect(store.users.insert(aStoredUser({ tenant: 'team-hr/twice', resource: ANN }))).rejects.toThrow(UserNameTakenError);
  });

  test('whose acknowledgement is lost on the way succeeds all the same', async () => {
    await using proxy = await startForgetfulProxy(server);
    await using store = await connect(server.uriThrough(proxy.port));
    const user = aStoredUser({ tenant: 'team-hr/lost', resource: ANN });
    proxy.loseNextAnswerTo('insert');
    await store.users.insert(user);
    expect(proxy.lost()).toBe(1);
    expect(await store.users.find('team-hr/lost', { by: 'all' }, { offset: 0, limit: 9 })).toStrictEqual({
      totalResults: 1,
      users: [user],
    });
  });
});

describe('a store that is out of reach', () => {
  test('is unavailable within seconds, and works again by itself once it is back', async () => {
    await using proxy = await startTcpProxy(server);
    const { logger, lines } = aLog();
    await using store = await openMongoStore({ uri: server.uriThrough(proxy.port), logger });
    await store.connected;
    const user = aStoredUser({ tenant: 'team-hr/outage', resource: ANN });
    await store.users.insert(user);
    const group = aStoredGroup({ tenant: user.tenant });
    await store.groups.insert(group, []);

    await proxy.cut();
    const start = Date.now();
    const operations = [
      store.users.insert(aStoredUser({ tenant: user.tenant })),
      store.users.replace({ ...user, version: 2 }, 1),
      store.users.remove(user.tenant, user.id, 1, new Date()),
      store.users.findById(user.tenant, user.id),
      store.users.findRetiredByUserName(user.tenant, 'ann'),
      store.users.find(user.tenant, { by: 'all' }, { offset: 0, limit: 10 }),
      store.users.find(user.tenant, { by: 'userName', value: 'ann' } satisfies UserLookup, { offset: 0, limit: 10 }),
      store.users.count(user.tenant),
      store.users.retire({ ...user, version: 2, deletedAt: new Date() }, 1),
      (async () => {
        for await (const page of store.users.scan(user.tenant, { by: 'all' }, { after: null, narrow: null })) expect(page).toEqual([]);
      })(),
      store.groups.insert(aStoredGroup({ tenant: user.tenant }), []),
      store.groups.insert(aStoredGroup({ tenant: user.tenant }), [{ id: user.id, type: 'User' }]),
      store.groups.changeMembers(user.tenant, group.id, { add: [{ id: user.id, type: 'User' }], remove: [] }, null, new Date()),
      store.groups.remove(user.tenant, group.id, 1, new Date()),
      store.groups.find(user.tenant, { by: 'member', value: user.id }, { offset: 0, limit: 10 }),
      store.memberships.groupsOf(user.tenant, [user.id]),
      store.memberships.members(user.tenant, group.id, { after: null, limit: 10 }),
      store.existing.findByKey(user.tenant, 'login=ann', 10),
      store.existing.adopt(aStoredUser({ tenant: user.tenant }), {}),
      store.existing.put(user.tenant, { id: 'ann', person: {} }),
      store.upkeep.findOutdated(user.tenant, 'new', 10),
      store.upkeep.countOutdated(user.tenant, 'new'),
      store.upkeep.refresh([user]),
      store.upkeep.findRetiredBefore(user.tenant, new Date(), 10),
      store.leases.take({ name: 'job', holder: 'a', rank: 1, now: new Date(1), until: new Date(2), forgetBefore: new Date(0) }),
      store.deactivations.read(user.tenant),
      store.deactivations.write(user.tenant, { epoch: 0, people: 1, buckets: [] }, null),
      store.ping(),
    ];
    const outcomes = await Promise.allSettled(operations);
    for (const outcome of outcomes) expect(outcome).toEqual({ status: 'rejected', reason: expect.any(StoreUnavailableError) });
    expect(Date.now() - start).toBeLessThan(GIVES_UP_WITHIN_MS);

    await proxy.heal();
    await waitUntil(() => store.ping().then(() => true), { what: 'the store to be back', timeoutMs: 15_000 });
    expect(await store.users.findById(user.tenant, user.id)).toStrictEqual(user);
    expect(await store.groups.find(user.tenant, { by: 'all' }, { offset: 0, limit: 10 })).toStrictEqual({
      totalResults: 1,
      groups: [group],
    });
    await store.users.insert(aStoredUser({ tenant: user.tenant }));
    expect(lines.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['MongoDB connected', 'MongoDB connection lost', 'MongoDB connection is back']),
    );
  }, 60_000);

  test('at the start is unavailable at once, and connects when it comes', async () => {
    await using proxy = await startTcpProxy(server);
    await proxy.cut();
    const { logger, lines } = aLog();
    await using store = await openMongoStore({ uri: server.uriThrough(proxy.port), logger });
    const start = Date.now();
    await expect(store.users.find('team-hr/start', { by: 'all' }, { offset: 0, limit: 10 })).rejects.toThrow(StoreUnavailableError);
    await expect(store.ping()).rejects.toThrow(StoreUnavailableError);
    expect(Date.now() - start).toBeLessThan(1_000);
    await waitUntil(() => lines.some(({ msg }) => msg === 'MongoDB is not ready'), { what: 'a line in the log' });

    await proxy.heal();
    await store.connected;
    await store.users.insert(aStoredUser({ tenant: 'team-hr/start' }));
    expect(await store.users.count('team-hr/start')).toBe(1);
  }, 60_000);

  test('can be closed while it is sought', async () => {
    const { logger } = aLog();
    const store = await openMongoStore({ uri: `mongodb://127.0.0.1:${await freePort()}/x?directConnection=true`, logger });
    const start = Date.now();
    await store[Symbol.asyncDispose]();
    expect(Date.now() - start).toBeLessThan(2_000);
    await expect(store.connected).rejects.toThrow(StoreUnavailableError);
    await expect(store.ping()).rejects.toThrow(StoreUnavailableError);
  });
});

describe('openMongoStore', () => {
  test('refuses a URI that cannot be read, before anything else', async () => {
    await expect(openMongoStore({ uri: 'mongodb://127.0.0.1/x?colour=blue', logger: aLog().logger })).rejects.toThrow(/colour/);
  });

  test('reports each operation with its seconds, the failed ones too', async () => {
    const operations: string[] = [];
    await using store = await openMongoStore({
      uri: server.uri,
      logger: aLog().logger,
      onOperation: (operation, seconds) => {
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThan(10);
        operations.push(operation);
      },
    });
    await store.connected;
    const user = aStoredUser({ tenant: 'team-hr/measured', resource: ANN });
    await store.users.insert(user);
    await expect(store.users.insert(aStoredUser({ tenant: 'team-hr/measured', resource: ANN }))).rejects.toThrow(UserNameTakenError);
    await store.users.find(user.tenant, { by: 'all' }, { offset: 0, limit: 1 });
    await store.users.findById(user.tenant, user.id);
    await store.users.findRetiredByUserName(user.tenant, 'x');
    await store.users.count(user.tenant);
    await store.users.replace({ ...user, version: 2 }, 1);
    await store.users.remove(user.tenant, user.id, 2, new Date());
    await store.ping();
    expect(operations).toEqual(['insert', 'insert', 'find', 'findById', 'findRetiredByUserName', 'count', 'replace', 'remove', 'ping']);

    operations.length = 0;
    await store.existing.put(user.tenant, { id: 'ann', person: {} });
    await store.existing.findByKey(user.tenant, 'login=ann', 1);
    await store.existing.adopt({ ...user, id: 'ann' }, {});
    await store.upkeep.findOutdated(user.tenant, 'new', 1);
    await store.upkeep.countOutdated(user.tenant, 'new');
    await store.upkeep.refresh([user]);
    await store.upkeep.findRetiredBefore(user.tenant, new Date(), 1);
    await store.leases.take({ name: 'job', holder: 'a', rank: 1, now: new Date(1), until: new Date(2), forgetBefore: new Date(0) });
    await store.deactivations.write(user.tenant, { epoch: 0, people: 1, buckets: [] }, null);
    await store.deactivations.read(user.tenant);
    expect(operations).toEqual([
      'putExisting',
      'makeMatchKeys',
      'findByKey',
      'adopt',
      'findOutdated',
      'countOutdated',
      'refresh',
      'findRetiredBefore',
      'takeLease',
      'writeDeactivations',
      'readDeactivations',
    ]);
  });

  test('is unavailable after it was closed', async () => {
    const store = await connect();
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await expect(store.users.count('team-hr/acme')).rejects.toThrow(StoreUnavailableError);
  });
});

// A server that MONGODB_URI names can't be started as a standalone one.
if (!process.env['MONGODB_URI']) {
  describe('a standalone server', () => {
    test('is refused with the command that makes it a replica set, and nothing is written to it', async () => {
      const port = await freePort();
      const [python, script] = mongodbCommand();
      const child = await spawnServer(python, [
        script,
        '--host',
        '127.0.0.1',
        '--port',
        `${port}`,
        '--storage-path',
        ':memory:',
        '--standalone',
      ]);
      await using store = await openMongoStore({ uri: `mongodb://127.0.0.1:${port}/x`, logger: aLog().logger });
      try {
        await expect(store.connected).rejects.toThrow(/^the MongoDB server at 127\.0\.0\.1:\d+ is standalone, .*rs\.initiate\(\)/);
        await expect(store.users.insert(aStoredUser())).rejects.toThrow(StoreUnavailableError);
      } finally {
        await child.kill('SIGKILL');
      }
    }, 60_000);
  });
}
