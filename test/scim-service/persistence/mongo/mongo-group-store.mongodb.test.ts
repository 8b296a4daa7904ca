import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import type { TenantKey } from '#common/tenant-key.ts';
import type { Member, StoredGroup } from '#scim-service/domain/stored-group.ts';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import { openMongoStore, type MongoStore } from '#scim-service/persistence/mongo/mongo-store.ts';
import { DisplayNameTakenError, TooManyMembersError } from '#scim-service/provisioning/group-store.ts';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { aStoredGroup } from '#test/support/a-group.ts';
import { aLog } from '#test/support/a-log.ts';
import { aStoredUser } from '#test/support/a-user.ts';
import { startForgetfulProxy } from '#test/support/forgetful-proxy.ts';
import { startMongoServer, type MongoServer } from '#test/support/mongo-server.ts';

const NOW = new Date('2026-11-24T11:00:00.000Z');

let server: MongoServer;
/** Two pods of the service: what is serial within one isn't between them. */
let pods: readonly [MongoStore, MongoStore];
let client: mongoose.Connection;

beforeAll(async () => {
  server = await startMongoServer();
  pods = [await connect(), await connect()];
  client = await mongoose.createConnection(server.uri).asPromise();
}, 120_000);

afterAll(async () => {
  await client.close();
  for (const pod of pods) await pod[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function connect(uri = server.uri): Promise<MongoStore> {
  const store = await openMongoStore({ uri, logger: aLog().logger });
  await store.connected;
  return store;
}

function aTenant(): TenantKey {
  return `team-hr/m-${randomUUID()}`;
}

function podOf(index: number): MongoStore {
  return pods[index % 2 === 0 ? 0 : 1];
}

async function insertUsers(tenant: TenantKey, count: number): Promise<StoredUser[]> {
  const users = Array.from({ length: count }, () => aStoredUser({ tenant }));
  for (let from = 0; from < count; from += 50) await Promise.all(users.slice(from, from + 50).map((user) => pods[0].users.insert(user)));
  return users;
}

async function insertGroup(tenant: TenantKey, members: readonly Member[] = []): Promise<StoredGroup> {
  const group = aStoredGroup({ tenant });
  await pods[0].groups.insert(group, members);
  return group;
}

function memberOf({ id }: StoredUser): Member {
  return { id, type: 'User' };
}

function add(pod: MongoStore, { tenant, id }: StoredGroup, ...users: readonly StoredUser[]) {
  return pod.groups.changeMembers(tenant, id, { add: users.map(memberOf), remove: [] }, null, NOW);
}

function drop(pod: MongoStore, { tenant, id }: StoredGroup, ...users: readonly StoredUser[]) {
  return pod.groups.changeMembers(tenant, id, { add: [], remove: users.map((user) => user.id) }, null, NOW);
}

function retire(pod: MongoStore, user: StoredUser) {
  return pod.users.retire({ ...user, version: user.version + 1, deletedAt: NOW, lastModified: NOW }, user.version);
}

async function memberIds(group: StoredGroup): Promise<string[]> {
  const members = await pods[1].memberships.members(group.tenant, group.id, { after: null, limit: 10_000 });
  return members.map(({ id }) => id);
}

function sortedIds(users: readonly StoredUser[]): string[] {
  return users.map(({ id }) => id).toSorted();
}

function rowsOf(tenant: TenantKey) {
  return client.collection('memberships').find({ tenant }).toArray();
}

describe('writers on two pods', () => {
  test('50 at once that add one member each to one group all succeed, each with a version of its own', async () => {
    const tenant = aTenant();
    const group = await insertGroup(tenant);
    const users = await insertUsers(tenant, 50);
    const results = await Promise.all(users.map((user, index) => add(podOf(index), group, user)));
    const versions = results.map((result) => (typeof result === 'string' ? result : result.version));
    expect(new Set(versions)).toEqual(new Set(Array.from({ length: 50 }, (_, at) => at + 2)));
    expect(await memberIds(group)).toEqual(sortedIds(users));
  }, 60_000);

  test('that add, remove, retire, revive, change and remove at once leave a member visible exactly when the person is', async () => {
    const tenant = aTenant();
    const groups = [await insertGroup(tenant), await insertGroup(tenant)] as const;
    const users = await insertUsers(tenant, 24);
    await add(pods[0], groups[1], ...users.slice(0, 12));
    const work = users.flatMap((user, index) => {
      const [pod, other] = [podOf(index), podOf(index + 1)];
      const fates = [
        () => retire(other, user),
        () => other.users.remove(tenant, user.id, 1, NOW),
        () => other.users.replace({ ...user, version: 2 }, 1),
        async () => {
          if (!(await retire(other, user))) return;
          await other.users.revive({ ...user, version: 3, lastModified: NOW }, 2);
        },
      ];
      return [add(pod, groups[0], user), index < 6 ? drop(other, groups[1], user) : add(other, groups[1], user), fates[index % 4]!()];
    });
    for (const outcome of await Promise.allSettled(work)) expect(outcome).toMatchObject({ status: 'fulfilled' });

    const seen = new Set((await pods[0].users.find(tenant, { by: 'all' }, { offset: 0, limit: 100 })).users.map(({ id }) => id));
    expect(seen.size).toBe(12);
    expect(await memberIds(groups[0])).toEqual(sortedIds(users.filter(({ id }) => seen.has(id))));
    const rows = await rowsOf(tenant);
    const retired = new Set(users.filter((_, index) => index % 4 === 0).map(({ id }) => id));
    for (const row of rows) expect(row['visible'] ? seen : retired).toContain(row['member']);
    // Each change that could be seen made a version: the adds, and each that hid, showed or removed a member who was there.
    for (const group of groups) {
      const { version } = (await pods[0].groups.findById(tenant, group.id))!;
      expect(version).toBeGreaterThan(1);
      expect(version).toBeLessThanOrEqual(1 + 1 + users.length * 3);
    }
  }, 60_000);

  test('that retire people while a list of more than 1,000 is written leave none of them a member', async () => {
    const tenant = aTenant();
    const users = await insertUsers(tenant, 1_200);
    const group = aStoredGroup({ tenant });
    const leaving = users.filter((_, index) => index % 100 === 0);
    const writing = pods[0].groups.insert(group, users.map(memberOf));
    for (const user of leaving) expect(await retire(pods[1], user)).toBe(true);
    await writing;
    const staying = users.filter((user) => !leaving.includes(user));
    expect(await memberIds(group)).toEqual(sortedIds(staying));
    for (const user of leaving) await pods[1].users.revive({ ...user, version: 3, lastModified: NOW }, 2);
    expect(await memberIds(group)).toEqual(sortedIds(users));
  }, 120_000);

  test('that meet another transaction which does not end give up within seconds, and nothing is written', async () => {
    const tenant = aTenant();
    const group = await insertGroup(tenant);
    const users = await insertUsers(tenant, 2);
    const session = await client.startSession();
    session.startTransaction();
    await client.collection<{ _id: string }>('groups').updateOne({ _id: group.id }, { $inc: { version: 100 } }, { session });
    const start = Date.now();
    const outcomes = await Promise.allSettled([add(pods[0], group, users[0]!), add(pods[0], group, users[1]!), retire(pods[1], users[0]!)]);
    expect(outcomes).toEqual([
      { status: 'rejected', reason: expect.any(StoreUnavailableError) },
      { status: 'rejected', reason: expect.any(StoreUnavailableError) },
      { status: 'fulfilled', value: true },
    ]);
    expect(Date.now() - start).toBeLessThan(12_000);
    await session.abortTransaction();
    await session.endSession();
    expect(await memberIds(group)).toEqual([]);
    expect(await add(pods[0], group, users[1]!)).toMatchObject({ version: 2 });
  }, 60_000);
});

describe('a lost acknowledgement', () => {
  test.each([
    ['of a group without members', 'insert', 0],
    ['of a group with members', 'commitTransaction', 3],
  ])('%s is made up for', async (_, command, members) => {
    await using proxy = await startForgetfulProxy(server);
    await using store = await connect(server.uriThrough(proxy.port));
    const tenant = aTenant();
    const users = await insertUsers(tenant, members);
    const group = aStoredGroup({ tenant });
    proxy.loseNextAnswerTo(command);
    await store.groups.insert(group, users.map(memberOf));
    expect(proxy.lost()).toBe(1);
    expect(await pods[0].groups.find(tenant, { by: 'all' }, { offset: 0, limit: 9 })).toStrictEqual({ totalResults: 1, groups: [group] });
    expect(await memberIds(group)).toEqual(sortedIds(users));
    await expect(store.groups.insert(aStoredGroup({ tenant, resource: group.resource }), [])).rejects.toThrow(DisplayNameTakenError);
  });

  test.each(['findAndModify', 'update', 'commitTransaction'])('of a member to add does not add a version (%s)', async (command) => {
    await using proxy = await startForgetfulProxy(server);
    await using store = await connect(server.uriThrough(proxy.port));
    const tenant = aTenant();
    const users = await insertUsers(tenant, 1);
    const group = await insertGroup(tenant);
    proxy.loseNextAnswerTo(command);
    expect(await add(store, group, users[0]!)).toMatchObject({ version: 2, lastModified: NOW });
    expect(proxy.lost()).toBe(1);
    expect(await memberIds(group)).toEqual(sortedIds(users));
  });
});

describe('more members than one transaction takes', () => {
  test('are refused, and nothing is written', async () => {
    const tenant = aTenant();
    const members = Array.from({ length: 100_001 }, (): Member => ({ id: randomUUID(), type: 'User' }));
    await expect(pods[0].groups.insert(aStoredGroup({ tenant }), members)).rejects.toThrow(TooManyMembersError);
    const group = await insertGroup(tenant);
    await expect(pods[0].groups.replace({ ...group, version: 2 }, 1, members)).rejects.toThrow(
      'the request changes 100001 memberships of one group, but at most 100000 are changed at once; send it in parts',
    );
    expect(await pods[0].groups.find(tenant, { by: 'all' }, { offset: 0, limit: 9 })).toStrictEqual({ totalResults: 1, groups: [group] });
  }, 60_000);
});

describe('documents of memberships', () => {
  test('are those of the members and no more, and go with the group and with the person', async () => {
    const tenant = aTenant();
    const users = await insertUsers(tenant, 3);
    const child = await insertGroup(tenant, users.slice(0, 2).map(memberOf));
    const parent = await insertGroup(tenant, [memberOf(users[2]!), { id: child.id, type: 'Group' }]);
    expect(await rowsOf(tenant)).toHaveLength(4);
    expect((await rowsOf(tenant)).map(({ _id, ...row }) => row)).toContainEqual({
      tenant,
      group: parent.id,
      member: child.id,
      type: 'Group',
      visible: true,
    });
    await pods[0].groups.remove(tenant, child.id, 1, NOW);
    expect((await rowsOf(tenant)).map(({ member }) => member)).toEqual([users[2]!.id]);
    await pods[0].users.remove(tenant, users[2]!.id, 1, NOW);
    expect(await rowsOf(tenant)).toEqual([]);
  });

  test('that a crash left of a removed group are seen by nobody', async () => {
    const tenant = aTenant();
    const users = await insertUsers(tenant, 1);
    const group = await insertGroup(tenant, users.map(memberOf));
    await client.collection<{ _id: string }>('groups').deleteOne({ _id: group.id });
    expect(await pods[0].memberships.groupsOf(tenant, [users[0]!.id])).toEqual([]);
    expect((await pods[0].users.find(tenant, { by: 'group', value: group.id }, { offset: 0, limit: 9 })).totalResults).toBe(0);
    expect((await pods[0].groups.find(tenant, { by: 'member', value: users[0]!.id }, { offset: 0, limit: 9 })).totalResults).toBe(0);
    expect(await retire(pods[0], users[0]!)).toBe(true);
  });
});
