import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { openMongoStore } from '#scim-service/persistence/mongo/mongo-store.ts';
import { groupsBy } from '#scim-service/persistence/mongo/group-filters.ts';
import { membersOfGroup, membershipsOf } from '#scim-service/persistence/mongo/membership-queries.ts';
import { named, pageQueries, type Query } from '#scim-service/persistence/mongo/resource-reader.ts';
import {
  deletedUsers,
  existingBy,
  lackingMatchKeys,
  linkedPeople,
  outdatedUsers,
  retiredBefore,
  visibleUsers,
} from '#scim-service/persistence/mongo/user-filters.ts';
import { aLog } from '#test/support/a-log.ts';
import { startMongoServer, type MongoServer } from '#test/support/mongo-server.ts';

const TENANT = 'team-hr/plan';
const AFTER = { createdAt: new Date(1_000), id: 'x' };
const IN_ORDER = { createdAt: 1, _id: 1 } as const;
const SEVERAL = ['x', 'y', 'z'];

let server: MongoServer;
let client: mongoose.Connection;

beforeAll(async () => {
  server = await startMongoServer();
  await using store = await openMongoStore({ uri: server.uri, logger: aLog().logger });
  await store.connected;
  client = await mongoose.createConnection(server.uri).asPromise();
}, 120_000);

afterAll(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
});

type Case = readonly [what: string, collection: string, query: Query | null, options?: mongoose.mongo.FindOptions];

const everybody = visibleUsers(TENANT, { by: 'all' })!;
const allGroups = groupsBy(TENANT, { by: 'all' })!;

const CASES: readonly Case[] = [
  ['everybody', 'users', everybody, { sort: IN_ORDER, limit: 10 }],
  ['the first page of a scan of users', 'users', pageQueries(everybody, null, null)[0]!, { sort: IN_ORDER, limit: 10 }],
  ['what else a scan of users finds in the instant', 'users', pageQueries(everybody, AFTER, null)[0]!, { sort: IN_ORDER, limit: 10 }],
  ['what a scan of users finds after it', 'users', pageQueries(everybody, AFTER, null)[1]!, { sort: IN_ORDER, limit: 10 }],
  ...(['userName', 'externalId', 'email'] as const).map((by): Case => [
    `users by ${by}`,
    'users',
    visibleUsers(TENANT, { by, value: 'x' }),
    { sort: IN_ORDER, limit: 10 },
  ]),
  ['the deleted of a userName', 'users', deletedUsers(TENANT, 'x'), { sort: { deletedAt: -1 } }],
  ['the unlinked with a key', 'users', existingBy(TENANT, 'login=x').unlinked, { sort: { _id: 1 }, limit: 10 }],
  ['the retired with a key', 'users', existingBy(TENANT, 'login=x').retired, { sort: { _id: 1 }, limit: 10 }],
  ...Object.entries(lackingMatchKeys(TENANT)).map(([who, query]): Case => [`who lacks keys: ${who}`, 'users', query, { limit: 10 }]),
  ...outdatedUsers(TENANT, 'x').map((query, at): Case => [`people of another projection, part ${at}`, 'users', query, { limit: 10 }]),
  ['people retired before a time', 'users', retiredBefore(TENANT, new Date(1_000)), { sort: { deletedAt: 1 }, limit: 10 }],
  ['people who are to be removed', 'users', linkedPeople(TENANT), { limit: 10 }],
  ['groups that are to be removed', 'groups', { tenant: TENANT }, { limit: 10 }],
  ['memberships that are to be removed', 'memberships', { tenant: TENANT }, { limit: 10 }],
  ['an id', 'users', { _id: 'x' }],
  ['several ids', 'users', named(SEVERAL)],
  ['all groups', 'groups', allGroups, { sort: IN_ORDER, limit: 10 }],
  ['what else a scan of groups finds in the instant', 'groups', pageQueries(allGroups, AFTER, null)[0]!, { sort: IN_ORDER, limit: 10 }],
  ['what a scan of groups finds after it', 'groups', pageQueries(allGroups, AFTER, null)[1]!, { sort: IN_ORDER, limit: 10 }],
  ['groups by displayName', 'groups', groupsBy(TENANT, { by: 'displayName', value: 'x' })],
  ['groups by externalId', 'groups', groupsBy(TENANT, { by: 'externalId', value: 'x' }), { sort: IN_ORDER, limit: 10 }],
  ['several groups', 'groups', named(SEVERAL)],
  ['the first members of a group', 'memberships', membersOfGroup(TENANT, 'x', null), { sort: { member: 1 }, limit: 10 }],
  ['the next members of a group', 'memberships', membersOfGroup(TENANT, 'x', 'y'), { sort: { member: 1 }, limit: 10 }],
  ['all memberships in a group', 'memberships', { tenant: TENANT, group: 'x' }],
  ['some memberships in a group', 'memberships', { tenant: TENANT, group: 'x', member: { $in: SEVERAL } }],
  ['a membership to add', 'memberships', { tenant: TENANT, group: 'x', member: 'y' }],
  ['a membership to remove', 'memberships', { tenant: TENANT, group: 'x', member: 'y', visible: true }],
  ['the groups of several members', 'memberships', membershipsOf(TENANT, SEVERAL)],
  ['the groups of one member', 'memberships', membershipsOf(TENANT, ['x'])],
  ['the memberships of a member to hide or show', 'memberships', { tenant: TENANT, member: 'x', visible: true }],
  ['the memberships of a member to remove', 'memberships', { tenant: TENANT, member: 'x' }],
];

describe('an index finds', () => {
  test.each(CASES)('%s', async (_, collection, query, options = {}) => {
    expect(query).not.toBeNull();
    const plan = await client
      .collection(collection)
      .find({ ...query }, options)
      .explain('queryPlanner');
    const stages = JSON.stringify(plan['queryPlanner'].winningPlan);
    expect(stages).toMatch(/"stage":"(IXSCAN|IDHACK|EXPRESS_IXSCAN)"/);
    expect(stages).not.toContain('COLLSCAN');
  });
});
