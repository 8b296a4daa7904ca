import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import type { TenantKey } from '#common/tenant-key.ts';
import { matchKey } from '#scim-service/domain/match-keys.ts';
import { openMongoStore, type MongoStore } from '#scim-service/persistence/mongo/mongo-store.ts';
import type { ExistingPerson } from '#scim-service/provisioning/existing-people-store.ts';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { aStoredGroup } from '#test/support/a-group.ts';
import { aLog, type LogLine } from '#test/support/a-log.ts';
import { aStoredUser } from '#test/support/a-user.ts';
import { startMongoServer, type MongoServer } from '#test/support/mongo-server.ts';

const { Decimal128, Long, ObjectId } = mongoose.mongo.BSON;
const SINCE = new Date('2019-03-01T08:00:00.000Z');
const NOT_ADOPTABLE = 'people whose _id is no text can not be adopted';

let server: MongoServer;
let store: MongoStore;
let lines: LogLine[];
let client: mongoose.Connection;

interface ProductDocument {
  _id: string | number | mongoose.mongo.BSON.ObjectId;
  [field: string]: unknown;
}

/** What the product writes by itself, with a driver of its own. */
const product = () => client.collection<ProductDocument>('users');

async function connect(): Promise<{ store: MongoStore; lines: LogLine[] }> {
  const log = aLog();
  const opened = await openMongoStore({ uri: server.uri, logger: log.logger });
  await opened.connected;
  return { store: opened, lines: log.lines };
}

beforeAll(async () => {
  server = await startMongoServer();
  ({ store, lines } = await connect());
  client = await mongoose.createConnection(server.uri).asPromise();
}, 120_000);

afterAll(async () => {
  await client.close();
  await store[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

function find(tenant: TenantKey, target: string, value: string): Promise<readonly ExistingPerson[]> {
  return store.existing.findByKey(tenant, matchKey(target, value)!, 10);
}

/** As a client that comes back after a 503: a slow server doesn't have all keys within the time that a request waits. */
async function findPatiently(by: MongoStore, tenant: TenantKey, key: string, limit = 10): Promise<readonly ExistingPerson[]> {
  for (;;) {
    try {
      return await by.existing.findByKey(tenant, key, limit);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
    }
  }
}

function aTenant(): TenantKey {
  return `team-hr/t-${randomUUID()}`;
}

describe('somebody whom the product added with _id, tenant and person alone', () => {
  test('is found by their record, and by the next one who is added', async () => {
    const tenant = aTenant();
    const [ann, bob] = [randomUUID(), randomUUID()];
    await product().insertOne({ _id: ann, tenant, person: { contact: { email: 'Ann@acme.example' } } });
    expect(await find(tenant, 'contact.email', 'ann@ACME.example')).toStrictEqual([
      { kind: 'unlinked', id: ann, person: { contact: { email: 'Ann@acme.example' } } },
    ]);
    await product().insertOne({ _id: bob, tenant, person: { contact: { email: 'bob@acme.example' } } });
    expect(await find(tenant, 'contact.email', 'bob@acme.example')).toMatchObject([{ id: bob }]);
    expect(await product().findOne({ _id: ann })).toStrictEqual({
      _id: ann,
      tenant,
      person: { contact: { email: 'Ann@acme.example' } },
      matchKeys: ['contact.email=ann@acme.example'],
    });
  });

  test('is one of SCIM once adopted, with what values of any type have become', async () => {
    const tenant = aTenant();
    const id = randomUUID();
    const place = new ObjectId();
    const person = { login: 'ann', since: SINCE, place, pay: Decimal128.fromString('12.50'), badge: Long.MAX_VALUE, left: null };
    await product().insertOne({ _id: id, tenant, person });
    const read = { login: 'ann', since: SINCE.toISOString(), place: place.toHexString(), pay: '12.50', badge: '9223372036854775807' };
    expect(await find(tenant, 'badge', '9223372036854775807')).toStrictEqual([{ kind: 'unlinked', id, person: read }]);
    const user = aStoredUser({ tenant, id, person: { ...read, login: 'ann2' }, own: read });
    expect(await store.existing.adopt(user, read)).toBe(true);
    expect(await store.users.findById(tenant, id)).toStrictEqual(user);
    expect(await find(tenant, 'login', 'ann')).toEqual([]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['no record', {}],
    ['a record that is none', { person: 'ann' }],
    ['an empty record', { person: {} }],
  ])('and %s does no harm', async (_, fields) => {
    const tenant = aTenant();
    const id = randomUUID();
    await product().insertOne({ _id: id, tenant, ...fields });
    expect(await find(tenant, 'login', 'ann')).toEqual([]);
    expect(await store.users.findById(tenant, id)).toBeNull();
    expect(await store.existing.put(tenant, { id, person: { login: 'ann' } })).toBe('changed');
    expect(await find(tenant, 'login', 'ann')).toMatchObject([{ id }]);
  });

  test('is nobody who could be a member', async () => {
    const tenant = aTenant();
    const id = randomUUID();
    await product().insertOne({ _id: id, tenant, person: { login: 'ann' } });
    expect(await store.memberships.typesOf(tenant, [id])).toEqual(new Map());
    const group = aStoredGroup({ tenant });
    await store.groups.insert(group, [{ id, type: 'User' }]);
    expect(await store.memberships.members(tenant, group.id, { after: null, limit: 10 })).toEqual([]);
    expect(await product().findOne({ _id: id })).toStrictEqual({ _id: id, tenant, person: { login: 'ann' } });
  });

  test('is found by the new record when the product replaces the document', async () => {
    const tenant = aTenant();
    const id = randomUUID();
    await product().insertOne({ _id: id, tenant, person: { login: 'ann' } });
    expect(await find(tenant, 'login', 'ann')).toHaveLength(1);
    await product().replaceOne({ _id: id }, { tenant, person: { login: 'anna' } });
    expect(await find(tenant, 'login', 'ann')).toEqual([]);
    expect(await find(tenant, 'login', 'anna')).toMatchObject([{ id }]);
  });

  test('is not taken for somebody else when the product changes the record and leaves the keys', async () => {
    const tenant = aTenant();
    const id = randomUUID();
    await product().insertOne({ _id: id, tenant, person: { login: 'ann' } });
    expect(await find(tenant, 'login', 'ann')).toHaveLength(1);
    await product().updateOne({ _id: id }, { $set: { 'person.login': 'anna' } });
    expect(await find(tenant, 'login', 'ann')).toEqual([]);
    expect(await find(tenant, 'login', 'anna')).toMatchObject([{ id }]);
  });
});

describe('people whose _id is no text', () => {
  test('are left alone and told of once for each tenant, and the others are found', async () => {
    const [tenant, other] = [aTenant(), aTenant()];
    const id = randomUUID();
    const odd = [new ObjectId(), 17].map((_id) => ({ _id, tenant, person: { login: 'ann' } }));
    await product().insertMany([...odd, { _id: id, tenant, person: { login: 'ann' } }, { _id: new ObjectId(), tenant: other, person: {} }]);
    for (let times = 0; times < 3; times += 1) {
      expect(await find(tenant, 'login', 'ann')).toMatchObject([{ kind: 'unlinked', id }]);
      expect(await find(other, 'login', 'ann')).toEqual([]);
    }
    expect(
      await product()
        .find({ tenant, matchKeys: { $exists: false } }, { sort: { _id: 1 } })
        .toArray(),
    ).toStrictEqual(odd.toReversed());
    const told = lines.filter(({ msg }) => msg === NOT_ADOPTABLE);
    expect(told.map((line) => line['tenant'])).toEqual([tenant, other]);
    // Those who come later are found as well.
    await product().insertOne({ _id: 'later', tenant, person: { login: 'bob' } });
    expect(await find(tenant, 'login', 'bob')).toMatchObject([{ id: 'later' }]);
  });
});

describe('very many people', () => {
  test('are found by several pods that ask at once, each by their own keys', async () => {
    const tenant = aTenant();
    const people = Array.from({ length: 600 }, (_, at) => ({ _id: `${tenant}-${at}`, tenant, person: { number: at, team: at % 3 } }));
    await product().insertMany(people);
    const pods = await Promise.all([connect(), connect()]);
    const asked = [0, 1, 500, 599, 42, 300];
    const found = await Promise.all(asked.map((at, turn) => findPatiently(pods[turn % 2]!.store, tenant, `number=${at}`)));
    expect(found).toStrictEqual(asked.map((at) => [{ kind: 'unlinked', id: `${tenant}-${at}`, person: { number: at, team: at % 3 } }]));
    await Promise.all(pods.map((pod) => pod.store[Symbol.asyncDispose]()));
    expect(await product().countDocuments({ tenant, matchKeys: { $size: 2 } })).toBe(600);
  }, 60_000);
});

describe('a write of the product at the same time', () => {
  test('is not lost by the making of keys, which are those of the record in the end', async () => {
    const tenant = aTenant();
    const ids = Array.from({ length: 200 }, (_, at) => `${tenant}-${at}`);
    await product().insertMany(ids.map((id) => ({ _id: id, tenant, person: { login: 'before' } })));
    const change = (id: string) => product().updateOne({ _id: id }, { $set: { 'person.login': 'after' }, $unset: { matchKeys: '' } });
    const found = findPatiently(store, tenant, 'login=before', 1);
    // One after the other, so that some come between the reading of a record and the writing of its keys.
    for (const id of ids.toReversed()) await change(id);
    await found;
    expect(await findPatiently(store, tenant, 'login=before')).toEqual([]);
    expect(await findPatiently(store, tenant, 'login=after', 500)).toHaveLength(200);
    const documents = await product().find({ tenant, matchKeys: 'login=after', 'person.login': 'after' }).toArray();
    expect(documents).toHaveLength(200);
  }, 60_000);

  test('either comes before an adoption, which is refused, or finds nobody unlinked', async () => {
    const tenant = aTenant();
    const outcomes = new Set<string>();
    for (let round = 0; round < 30; round += 1) {
      const id = randomUUID();
      await product().insertOne({ _id: id, tenant, person: { login: 'ann' } });
      const user = aStoredUser({ tenant, id, own: { login: 'ann' } });
      const write = () => product().updateOne({ _id: id, version: { $exists: false } }, { $set: { 'person.plan': 'gold' } });
      const adopt = () => store.existing.adopt(user, { login: 'ann' });
      const [adopted, { modifiedCount }] =
        round % 2
          ? await Promise.all([adopt(), write()])
          : ((await Promise.all([write(), adopt()])).toReversed() as [boolean, { modifiedCount: number }]);
      expect(adopted).toBe(modifiedCount === 0);
      outcomes.add(adopted ? 'adopted' : 'refused');
      if (!adopted) expect(await product().findOne({ _id: id })).toStrictEqual({ _id: id, tenant, person: { login: 'ann', plan: 'gold' } });
      else expect(await store.users.findById(tenant, id)).toStrictEqual(user);
    }
    expect(outcomes.has('refused')).toBe(true);
  });
});
